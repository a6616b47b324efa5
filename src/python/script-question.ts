/**
 * Compiles scripts and looks at their syntax trees; executes nothing of them. Arguments: paths. Prints one
 * line of JSON for each. Runs on 2.7 and from 3.6 on, with the standard library alone.
 *
 * `dynamic`: names may come from where a look does not see them, such as `from x import *`.
 */
export const scriptQuestion = `
import ast, json, os, sys

TEXT = str if sys.version_info[0] > 2 else basestring

def examine(path):
    try:
        with open(path, 'rb') as file:
            source = file.read()
    except (IOError, OSError) as error:
        return {'unreadable': error.strerror or str(error)}
    try:
        tree = compile(source, path, 'exec', ast.PyCF_ONLY_AST, True)
        compile(source, path, 'exec', 0, True)
    except SyntaxError as error:
        text = error.text or b''
        if isinstance(text, bytes):
            text = text.decode('utf-8', 'replace')
        return {'syntax': {'line': error.lineno or 1, 'column': error.offset or 1, 'message': error.msg, 'text': text.rstrip()}}
    except Exception as error:
        return {'syntax': {'line': 1, 'column': 1, 'message': str(error), 'text': ''}}
    look = Look()
    look.visit(tree)
    return {'names': sorted(look.names), 'dynamic': look.dynamic, 'execfile': look.execfile if 'execfile' not in look.names else None,
        'activates': [{'line': line, 'path': found, 'there': os.path.exists(found)} for line, found in look.activates if found not in look.asked]}

class Look(ast.NodeVisitor):
    def __init__(self):
        self.names, self.values, self.depth, self.guards = set(), {}, 0, 0
        self.dynamic, self.execfile, self.activates, self.asked = False, None, [], set()

    def define(self, node):
        if not self.depth:
            self.names.add(node.name)
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1
    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = define

    def visit_Global(self, node):
        self.names.update(node.names)

    def visit_Import(self, node):
        for alias in node.names:
            if alias.name == '*':
                self.dynamic = True
            elif not self.depth:
                self.names.add(alias.asname or alias.name.split('.')[0])
    visit_ImportFrom = visit_Import

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store) and not self.depth:
            self.names.add(node.id)
        if node.id in ('globals', 'vars', 'locals', 'exec', 'setattr', '__dict__'):
            self.dynamic = True

    def visit_Attribute(self, node):
        if node.attr in ('modules', '__dict__'):
            self.dynamic = True
        self.generic_visit(node)

    def guard(self, node):
        self.guards += 1
        self.generic_visit(node)
        self.guards -= 1
    visit_Try = visit_TryExcept = visit_TryFinally = guard

    def visit_If(self, node):
        # if sys.version_info[0] == 2: ..., if PY2: ...
        test = ast.dump(node.test)
        (self.guard if 'version' in test or 'PY' in test else self.generic_visit)(node)

    def visit_Exec(self, node):
        self.dynamic = True
        self.generic_visit(node)

    def visit_Assign(self, node):
        found = self.value(node.value)
        if found is not None and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self.values[node.targets[0].id] = found
            self.note(node, found)
        self.generic_visit(node)

    def visit_Call(self, node):
        if isinstance(node.func, ast.Name) and node.func.id == 'execfile':
            self.dynamic = True
            if not self.guards:
                self.execfile = self.execfile or node.lineno
        for argument in node.args:
            if getattr(node.func, 'attr', '') in ('exists', 'isfile'):
                self.asked.add(self.value(argument))
            self.note(node, self.value(argument))
        self.generic_visit(node)

    def note(self, node, found):
        if found and found.endswith('/activate_this.py') and found.startswith('/'):
            if not self.guards and found not in [path for line, path in self.activates]:
                self.activates.append((node.lineno, found))

    def value(self, node):
        text = getattr(node, 's', None) if type(node).__name__ == 'Str' else getattr(node, 'value', None)
        if type(node).__name__ in ('Str', 'Constant') and isinstance(text, TEXT):
            return text
        if isinstance(node, ast.Name):
            return self.values.get(node.id)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.value(node.left), self.value(node.right)
            return None if left is None or right is None else left + right
        if isinstance(node, ast.Call) and getattr(node.func, 'attr', '') == 'join' and len(node.args) > 1:
            parts = [self.value(argument) for argument in node.args]
            return None if None in parts else os.path.join(*parts)
        return None

for path in sys.argv[1:]:
    sys.stdout.write('venvhost ' + json.dumps(examine(path)) + '\\n')
    sys.stdout.flush()
`;
