package mutate

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// swallowError reports success.
func swallowError(s *site) []change {
	n, ok := s.node.(*ast.ReturnStmt)
	if !ok || len(n.Results) == 0 {
		return nil
	}
	last := n.Results[len(n.Results)-1]
	if s.text(last) == "nil" || !s.returnsError(last) {
		return nil
	}
	return s.replace(last, "nil")
}

// returnsError reports whether the expression is the error of the enclosing function's results.
func (s *site) returnsError(e ast.Expr) bool {
	t := s.typeOf(e)
	_, tuple := t.(*types.Tuple)
	return t != nil && !tuple && types.AssignableTo(t, types.Universe.Lookup("error").Type()) && !types.IsInterface(t) || isError(t)
}

// returnsFailure reports whether the statement returns an error. Callers do not look at the other results then.
func (s *site) returnsFailure(n *ast.ReturnStmt) bool {
	if len(n.Results) < 2 {
		return false
	}
	last := n.Results[len(n.Results)-1]
	_, isCall := last.(*ast.CallExpr)
	ident, isIdent := last.(*ast.Ident)
	return s.returnsError(last) && (isCall || isIdent && ident.Name == "err" && s.insideIf())
}

// insideIf reports whether the node is in the block of an if, as `return 0, err` is where err is an error for sure.
func (s *site) insideIf() bool {
	for _, parent := range s.parents {
		if _, ok := parent.(*ast.IfStmt); ok {
			return true
		}
	}
	return false
}

// besideError reports whether the node is a result beside an error.
func (s *site) besideError() bool {
	n, ok := s.parent().(*ast.ReturnStmt)
	return ok && s.returnsFailure(n)
}

// returnZero forgets one of the results.
func returnZero(s *site) []change {
	n, ok := s.node.(*ast.ReturnStmt)
	if !ok || s.returnsFailure(n) {
		return nil
	}
	var changes []change
	for _, result := range n.Results {
		t := s.typeOf(result)
		if t == nil || isError(t) || s.returnsError(result) {
			continue
		}
		if _, tuple := t.(*types.Tuple); tuple || t == types.Typ[types.UntypedNil] {
			continue
		}
		if zero := s.zero(t); zero != "" && "("+s.text(result)+")" != zero && s.text(result) != zero {
			changes = append(changes, s.replace(result, "%s", zero)...)
		}
	}
	return changes
}

// loseCause breaks the chain of errors: errors.Is no longer finds the cause.
func loseCause(s *site) []change {
	literal, ok := s.node.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING || !strings.Contains(literal.Value, "%w") {
		return nil
	}
	call, ok := s.parent().(*ast.CallExpr)
	if !ok || s.callee(call) != "fmt.Errorf" {
		return nil
	}
	return s.replace(literal, "%s", strings.ReplaceAll(literal.Value, "%w", "%v"))
}

// otherError returns another of the package's errors.
func otherError(s *site) []change {
	ident, ok := s.node.(*ast.Ident)
	if !ok {
		return nil
	}
	used, ok := s.info.Uses[ident].(*types.Var)
	if !ok || used.Parent() != s.types.Scope() || !isError(used.Type()) {
		return nil
	}
	return s.next(ident, used)
}

// next replaces a name of the package by the one of the same type that is declared after it.
func (s *site) next(ident *ast.Ident, used types.Object) []change {
	var after, first types.Object
	for _, name := range s.types.Scope().Names() {
		other := s.types.Scope().Lookup(name)
		sameKind := false
		switch other.(type) {
		case *types.Const:
			_, sameKind = used.(*types.Const)
		case *types.Var:
			_, sameKind = used.(*types.Var)
		}
		if !sameKind || other == used || !types.Identical(other.Type(), used.Type()) {
			continue
		}
		if first == nil || other.Pos() < first.Pos() {
			first = other
		}
		if other.Pos() > used.Pos() && (after == nil || other.Pos() < after.Pos()) {
			after = other
		}
	}
	if after == nil {
		after = first
	}
	if after == nil {
		return nil
	}
	return s.replace(ident, "%s", after.Name())
}
