#!/usr/bin/python3
"""The facts of a MIB module: everything in it that is not prose.

usage: mibfacts.py DIR MODULE [--like TABLE]

Prints one fact per line, "name key value" with tabs between, for MODULE
as found in DIR.  With --like only the names that TABLE mentions are
printed: that is how the table of an extract is made from a whole module.

Two parsers read the module, libsmi (smidump) and net-snmp
(snmptranslate), and a third look at the text itself finds what neither
reports: the macro, LAST-UPDATED and SEQUENCE clauses.  Where two of them
report the same thing and disagree, there is no output but an error.
"""

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# These are restated whole, the others as extracts.  An extract has its
# own imports, and of the revisions only the one that it was taken from;
# its rows need not have all columns.
WHOLE = ('CISCO-LICENSE-MGMT-MIB', 'CISCO-IMAGE-LICENSE-MGMT-MIB')

# What these define beside arcs is part of the language (see SNMPv2-SMI).
ARCS_ONLY = ('SNMPv2-SMI', 'SNMPv2-CONF')

SUFFIXES = ('', '.my', '.mib', '.txt')		# as libsmi searches

MACROS = ('MODULE-IDENTITY', 'OBJECT-IDENTITY', 'OBJECT-TYPE',
          'NOTIFICATION-TYPE', 'OBJECT-GROUP', 'NOTIFICATION-GROUP',
          'MODULE-COMPLIANCE', 'AGENT-CAPABILITIES')

# net-snmp 5.9 prints some macros as the TYPE_ number of its parse.h.
NUMBERED_MACROS = {'type_22': 'OBJECT-GROUP', 'type_23': 'NOTIFICATION-GROUP',
                   'type_26': 'MODULE-COMPLIANCE'}

# libsmi knows two kinds of access where SMIv2 has three.
SMIDUMP_ACCESS = {'noaccess': ('not-accessible',),
                  'notifyonly': ('accessible-for-notify',),
                  'readonly': ('read-only',),
                  'readwrite': ('read-write', 'read-create')}

BASE_TYPES = {'OctetString': ('OCTET STRING',),
              'ObjectIdentifier': ('OBJECT IDENTIFIER',),
              'Enumeration': ('INTEGER',),
              'Integer32': ('INTEGER', 'Integer32'),
              'Unsigned32': ('Unsigned32', 'Gauge32', 'Counter32',
                             'TimeTicks', 'INTEGER'),
              'Unsigned64': ('Counter64',)}


class Disagreement(Exception):
    """Two readings of one module differ."""


def find(directory, module):
    for suffix in SUFFIXES:
        path = Path(directory, module + suffix)
        if path.is_file():
            return path
    return None


def run(command):
    """Runs a tool away from this machine's SNMP settings."""
    with tempfile.TemporaryDirectory() as private:
        environment = {'PATH': os.environ['PATH'], 'LC_ALL': 'C',
                       'HOME': private, 'SNMPCONFPATH': private,
                       'SNMP_PERSISTENT_DIR': private}
        Path(private, 'cert_indexes').mkdir()	# or net-snmp tells of it
        return subprocess.run(command, env=environment, text=True,
                              errors='replace', stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)


def run_smi(tool, directory, *args):
    """Runs one of libsmi's tools with DIR as its only search path."""
    with tempfile.NamedTemporaryFile('w', suffix='.conf') as conf:
        conf.write(f'path {Path(directory).resolve()}\nlevel 9\n')
        for module in ('SNMPv2-SMI', 'SNMPv2-TC', 'SNMPv2-CONF'):
            conf.write(f'load {module}\n')
        conf.flush()
        return run([tool, '-c', conf.name, *args])


# --- the text itself

def without_prose(text):
    """Strings become "", comments nothing."""
    return re.sub(r'"[^"]*"|--[^\n]*',
                  lambda found: '""' if found[0][0] == '"' else '', text)


def read_source(path):
    """name -> [(key, value)] of what only the text tells."""
    text = path.read_text(encoding='latin-1')
    bare = without_prose(text)
    body = bare[bare.index('BEGIN'):]
    facts = {}
    updated = re.search(r'LAST-UPDATED\s+"(\d+Z)"', text)
    if updated:
        facts[None] = [('last-updated', updated[1])]
    declared = re.findall(
        r'^\s*([a-z][\w-]*)\s+(OBJECT IDENTIFIER|' + '|'.join(MACROS) +
        r')(?=\s+[A-Z:])', body, re.MULTILINE)
    for name, macro in declared:
        facts.setdefault(name, []).append(('macro', macro))
    for name in re.findall(r'^\s*([A-Z-]+)\s+MACRO\s*::=', body,
                           re.MULTILINE):
        facts[name] = [('macro', 'MACRO')]
    for name, columns in re.findall(
            r'([A-Z][\w-]*)\s*::=\s*SEQUENCE\s*\{([^}]*)\}', body):
        columns = ', '.join(' '.join(c.split()) for c in columns.split(','))
        facts.setdefault(name, []).append(('sequence', columns))
    return facts


# --- libsmi

_dumps = {}


def smidump(directory, module):
    key = (str(Path(directory).resolve()), module)
    if key not in _dumps:
        result = run_smi('smidump', directory, '-k', '-f', 'xml', module)
        if result.returncode != 0 or not result.stdout:
            raise Disagreement(f'smidump cannot read {module} in '
                               f'{directory}: {result.stderr.strip()}')
        _dumps[key] = ElementTree.fromstring(result.stdout)
    return _dumps[key]


def ranges(element):
    return ' | '.join(
        r.get('min') if r.get('min') == r.get('max')
        else f"{r.get('min')}..{r.get('max')}"
        for r in element.findall('range'))


def names_and_numbers(element):
    return ', '.join(f"{n.get('name')}({n.get('number')})"
                     for n in element.findall('namednumber'))


def resolve(directory, module, name):
    """The typedef behind a type's name, wherever it is defined."""
    if module in ('', 'SNMPv2-SMI'):
        return None
    for typedef in smidump(directory, module).iterfind('typedefs/typedef'):
        if typedef.get('name') == name:
            return typedef
    raise Disagreement(f'{module} has no type {name}')


def syntax_facts(directory, syntax):
    """The type as written, and what it comes down to."""
    named, inline = syntax.find('type'), syntax.find('typedef')
    if named is None:
        parent = inline.find('parent')
        written = inline.get('basetype') if parent is None \
            else parent.get('name')
        base, within, numbers = (inline.get('basetype'), ranges(inline),
                                 names_and_numbers(inline))
    else:
        written = base = named.get('name')
        within = numbers = ''
        typedef = resolve(directory, named.get('module'), written)
        if typedef is not None:
            base, within, numbers = (typedef.get('basetype'),
                                     ranges(typedef),
                                     names_and_numbers(typedef))
    return [('syntax', written), ('base', base), ('range', within),
            ('enum', numbers)]


def qualified(element, module):
    """A name with its module, if that is another one."""
    name, home = element.get('name'), element.get('module')
    return name if home == module else f'{home}::{name}'


def names_in(parent, path, module):
    return ', '.join(qualified(e, module) for e in parent.iterfind(path))


def linkage_facts(row, module):
    linkage = row.find('linkage')
    if linkage is None:
        return []
    implied = linkage.get('implied') == 'true'
    parts = [qualified(part, module) for part in linkage]
    keys = {p.tag for p in linkage}
    value = ', '.join(parts) + (' (implied)' if implied else '')
    return [('+'.join(sorted(keys)), value)]


def text_of(element, tag):
    found = element.find(tag)
    return found.text.strip() if found is not None and found.text else ''


def node_facts(directory, module, node):
    facts = [('oid', node.get('oid')), ('status', node.get('status'))]
    syntax = node.find('syntax')
    if syntax is not None:
        facts += syntax_facts(directory, syntax)
    facts += [(key, text_of(node, tag)) for key, tag in
              (('units', 'units'), ('default', 'default'),
               ('hint', 'format'))]
    facts += [('smidump-access', text_of(node, 'access'))]
    facts += linkage_facts(node, module)
    facts += [('objects', names_in(node, 'objects/object', module)),
              ('members', names_in(node, 'members/member', module)),
              ('mandatory', names_in(node, 'requires/mandatory', module)),
              ('conditional', names_in(node, 'requires/option', module)),
              ('refined', names_in(node, 'refinements/refinement',
                                   module))]
    return facts


def type_facts(typedef):
    parent = typedef.find('parent')
    return [('macro', 'TEXTUAL-CONVENTION'),
            ('status', typedef.get('status')),
            ('parent', '' if parent is None else parent.get('name')),
            ('base', typedef.get('basetype')),
            ('range', ranges(typedef)),
            ('enum', names_and_numbers(typedef)),
            ('hint', text_of(typedef, 'format')),
            ('units', text_of(typedef, 'units')),
            ('default', text_of(typedef, 'default'))]


def read_smidump(directory, module):
    """name -> [(key, value)], in the order of the module's tree."""
    root = smidump(directory, module)
    facts = {None: []}
    for revision in root.iterfind('module/revision'):
        facts[None].append(('revision', revision.get('date')))
    for imported in root.iterfind('imports/import'):
        facts[None].append(('import', f"{imported.get('module')}::"
                                      f"{imported.get('name')}"))
    facts[None][:] = sorted(set(facts[None]))
    if module not in ARCS_ONLY:
        for typedef in root.iterfind('typedefs/typedef'):
            facts[typedef.get('name')] = type_facts(typedef)
    for node in root.iter():
        if node.get('oid') is not None:
            facts[node.get('name')] = node_facts(directory, module, node)
    return facts


# --- net-snmp

def read_netsnmp(directory, module, names):
    """name -> {key: value} for the names that are nodes."""
    result = run(['snmptranslate', '-M', str(Path(directory).resolve()),
                  '-m', module, '-Td', *(f'{module}::{n}' for n in names)])
    text = re.sub(r'DESCRIPTION\t"[^"]*"', '', result.stdout)
    facts = {}
    for block in re.split(r'\n\n+', text.strip()):
        lines = [line for line in block.split('\n') if line.strip()]
        if len(lines) < 3:
            continue
        name, macro = lines[1].split(' ', 1)
        macro = macro.strip()
        facts[name] = {'macro': NUMBERED_MACROS.get(macro, macro),
                       'oid': '.'.join(re.findall(r'\d+(?=\)| }$)',
                                                  lines[-1]))}
        for line in lines[2:-1]:
            key, _, value = line.strip().partition('\t')
            if key.startswith('-- TEXTUAL CONVENTION'):
                key, value = 'convention', key.split()[-1]
            facts[name][key] = value.strip().replace('\\"', '"')
    missing = set(names) - set(facts)
    if missing:
        raise Disagreement(f'snmptranslate finds no {sorted(missing)} in '
                           f'{module}: {result.stderr.strip()}')
    return facts


def same(module, name, what, one, other):
    if one != other:
        raise Disagreement(f'{module}::{name} {what}: smidump or the text '
                           f'has {one!r}, snmptranslate {other!r}')


def bare_list(text):
    """A, B from M::A, M::B or from { A, B }."""
    return [part.split('::')[-1] for part in
            re.findall(r'[\w:-]+', text.replace('(implied)', ''))]


def compare_syntax(module, name, facts, seen):
    if 'syntax' not in facts:
        return
    written = seen.get('SYNTAX', '')
    shape = re.fullmatch(r'([\w -]+?)\s*(?:\{(.*)\}|\((.*)\))?', written)
    if shape is None or shape[1] not in BASE_TYPES.get(
            facts['base'], (facts['base'],)):
        raise Disagreement(f"{module}::{name} syntax: {facts['base']!r}, "
                           f'{written!r}')
    same(module, name, 'enumeration', facts.get('enum', ''),
         (shape[2] or '').strip())
    if shape[3] or facts.get('range'):
        same(module, name, 'range', facts.get('range', ''), shape[3] or '')
    if 'convention' in seen:
        same(module, name, 'convention', facts['syntax'],
             seen['convention'])


def compare(module, name, facts, seen):
    """Both parsers must have read the same of one node."""
    macro = {'OBJECT IDENTIFIER': 'OBJECT-TYPE'}.get(facts['macro'],
                                                    facts['macro'])
    same(module, name, 'OID', facts['oid'], seen['oid'])
    same(module, name, 'macro', macro, seen['macro'])
    same(module, name, 'units', facts.get('units', ''),
         seen.get('UNITS', '').strip('"'))
    same(module, name, 'default', facts.get('default', ''),
         re.sub(r'^\{ (.*) \}$', r'\1', seen.get('DEFVAL', '')))
    same(module, name, 'notification objects or index',
         bare_list(facts.get('objects', '') or facts.get('index', '')),
         [i for i in bare_list(seen.get('OBJECTS', '') or
                               seen.get('INDEX', '')) if i != 'IMPLIED'])
    if facts['macro'] == 'OBJECT-TYPE':
        same(module, name, 'status', facts['status'], seen.get('STATUS'))
        if seen.get('MAX-ACCESS') not in SMIDUMP_ACCESS.get(
                facts.get('smidump-access', 'noaccess'), ()):
            raise Disagreement(f'{module}::{name} access: {facts!r} '
                               f'against {seen!r}')
    compare_syntax(module, name, facts, seen)


# --- all together

def merge(module, source, dumped, seen, wanted):
    """[(name, key, value)]: what the three found, once they agree."""
    declared = {n for n in source if n and n[0].islower()}
    same(module, '*', 'names', sorted(declared), sorted(seen))
    lines = []
    for name in dumped.keys() | source.keys():
        if not wanted(name or module):
            continue
        facts = [(key, value) for key, value in
                 source.get(name, []) + dumped.get(name, []) if value]
        if name in seen:
            compare(module, name, dict(facts), seen[name])
            facts.append(('access', seen[name].get('MAX-ACCESS')))
        lines += [(name or module, key, value) for key, value in facts
                  if value and key != 'smidump-access']
    return lines


def tree_order(lines):
    """The module, then types by name, then nodes in lexical OID order."""
    oids = {name: tuple(map(int, value.split('.')))
            for name, key, value in lines if key == 'oid'}
    ranks = {'macro': 0, 'oid': 1, 'last-updated': 0, 'revision': 1}

    def rank(line):
        name, key, value = line
        kind = 2 if name in oids else 1 if key not in (
            'last-updated', 'revision', 'import') else 0
        return (kind, oids.get(name, ()), name, ranks.get(key, 2), key,
                value if kind == 0 else '')
    return sorted(lines, key=rank)


def extract_only(module, lines):
    """Drops what an extract need not share with the whole."""
    if module in WHOLE:
        return lines
    newest = max((v for _, k, v in lines if k == 'revision'), default=None)
    return [(n, k, v) for n, k, v in lines
            if k not in ('import', 'sequence') and
            not (k == 'revision' and v != newest)]


def facts_of(directory, module, like=None):
    """All facts of a module, as lines of text."""
    path = find(directory, module)
    if path is None:
        raise Disagreement(f'no {module} in {directory}')
    source = read_source(path)
    dumped = read_smidump(directory, module)
    nodes = [n for n in dumped if n and dict(dumped[n]).get('oid')]
    seen = read_netsnmp(directory, module, nodes) if nodes else {}
    known = {line.split('\t')[0] for line in like or ()}
    lines = merge(module, source, dumped, seen,
                  lambda name: like is None or name in known)
    lines = extract_only(module, lines)
    return ['\t'.join(line) for line in tree_order(lines)]


def main(args):
    like = None
    if len(args) == 4 and args[2] == '--like':
        like = Path(args[3]).read_text(encoding='ascii').splitlines()
    elif len(args) != 2:
        sys.exit(__doc__)
    try:
        print('\n'.join(facts_of(args[0], args[1], like)))
    except Disagreement as problem:
        sys.exit(f'mibfacts: {problem}')


if __name__ == '__main__':
    main(sys.argv[1:])
