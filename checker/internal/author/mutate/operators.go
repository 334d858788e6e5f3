package mutate

import (
	"fmt"
	"go/ast"
	"go/types"
)

// An operator makes the changes of one kind that are possible at a node.
type operator struct {
	name  string
	apply func(*site) []change
}

// operators is all that a careless or mistaken programmer may do, as far as a machine can do it.
var operators = []operator{
	// conditions.go
	{"negate condition", negateCondition},
	{"drop operand", dropOperand},
	{"move boundary", moveBoundary},
	{"flip comparison", flipComparison},
	{"flip boolean", flipBoolean},
	// statements.go
	{"drop statement", dropStatement},
	{"drop if", dropIf},
	{"drop case", dropCase},
	{"drop loop", dropLoop},
	{"drop return", dropReturn},
	{"swap statements", swapStatements},
	{"change branch", changeBranch},
	{"drop lock", dropLock},
	// results.go
	{"swallow error", swallowError},
	{"return zero", returnZero},
	{"lose cause", loseCause},
	{"other error", otherError},
	// values.go
	{"constant ± 1", constantPlusMinusOne},
	{"other constant", otherConstant},
	{"empty string", emptyString},
	{"other arithmetic", otherArithmetic},
	{"swap operands", swapOperands},
	{"swap arguments", swapArguments},
	{"zero argument", zeroArgument},
	{"unwrap call", unwrapCall},
	{"drop element", dropElement},
	// contexts.go
	{"background context", backgroundContext},
	{"attached context", attachedContext},
	{"caller's context", callersContext},
	{"drop timeout", dropTimeout},
	{"drop transaction", dropTransaction},
}

// A change replaces source[start:end] by text.
type change struct {
	start, end int
	text       string

	operator  string
	old       string
	pos       int
	statement int // where a statement can be put before the change; -1: nowhere
}

// A site is a node with its surroundings.
type site struct {
	*loaded
	source  []byte
	node    ast.Node
	parents []ast.Node // the outermost first
}

func (s *site) parent() ast.Node {
	if len(s.parents) == 0 {
		return nil
	}
	return s.parents[len(s.parents)-1]
}

func (s *site) offset(n ast.Node) (start, end int) {
	return s.set.PositionFor(n.Pos(), false).Offset, s.set.PositionFor(n.End(), false).Offset
}

func (s *site) text(n ast.Node) string {
	start, end := s.offset(n)
	return string(s.source[start:end])
}

// replace is the change of a whole node.
func (s *site) replace(n ast.Node, format string, args ...any) []change {
	start, end := s.offset(n)
	return []change{{start: start, end: end, text: fmt.Sprintf(format, args...)}}
}

// statement is where the innermost statement of a block that holds the node begins; -1 outside of blocks.
func (s *site) statement() int {
	inner := s.node
	for i := len(s.parents) - 1; i >= 0; i-- {
		switch s.parents[i].(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
			if _, isStatement := inner.(ast.Stmt); isStatement {
				start, _ := s.offset(inner)
				return start
			}
		}
		inner = s.parents[i]
	}
	return -1
}

// list are the statements of a node that has some.
func list(n ast.Node) []ast.Stmt {
	switch b := n.(type) {
	case *ast.BlockStmt:
		return b.List
	case *ast.CaseClause:
		return b.Body
	case *ast.CommClause:
		return b.Body
	}
	return nil
}

// inBlock reports whether the node is a statement of a block, not a part of one, as the init of an if is.
func (s *site) inBlock() bool {
	stmt, ok := s.node.(ast.Stmt)
	if !ok {
		return false
	}
	for _, other := range list(s.parent()) {
		if other == stmt {
			return true
		}
	}
	return false
}

func (s *site) typeOf(e ast.Expr) types.Type { return s.info.Types[e].Type }

func (s *site) isConstant(e ast.Expr) bool { return s.info.Types[e].Value != nil }

// zero is the zero value of a type as an expression; "" when it cannot be written.
func (s *site) zero(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch info := u.Info(); {
		case info&types.IsBoolean != 0:
			return "false"
		case info&types.IsNumeric != 0:
			return "0"
		case info&types.IsString != 0:
			return `""`
		}
		return ""
	case *types.Struct, *types.Array:
		return "(" + types.TypeString(t, func(p *types.Package) string {
			if p == s.types {
				return ""
			}
			return p.Name()
		}) + "{})"
	}
	return "nil"
}

func isNamed(t types.Type, pkg, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Name() != name {
		return false
	}
	if named.Obj().Pkg() == nil {
		return pkg == ""
	}
	return named.Obj().Pkg().Path() == pkg
}

func isError(t types.Type) bool { return t != nil && isNamed(t, "", "error") }

func isContext(t types.Type) bool { return t != nil && isNamed(t, "context", "Context") }

// callee is the function that is called, as "fmt.Errorf"; "" when it is not one of an imported package.
func (s *site) callee(call *ast.CallExpr) string {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	fn, ok := s.info.Uses[selector.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil {
		return ""
	}
	return fn.Pkg().Name() + "." + fn.Name()
}

// prose reports whether the node is part of a message for people: of an error or a log line. Its wording is not a check's business.
func (s *site) prose() bool {
	for _, parent := range s.parents {
		call, ok := parent.(*ast.CallExpr)
		if !ok {
			continue
		}
		switch s.callee(call) {
		case "zap.Info", "zap.Warn", "zap.Debug", "fmt.Errorf", "fmt.Sprintf", "errors.New", "zap.String", "zap.Int", "zap.Int64", "zap.Error", "zap.Duration", "zap.Any", "zap.Stringer", "zap.Strings":
			return true
		}
	}
	return false
}
