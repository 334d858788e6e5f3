package mutate

import (
	"go/ast"
	"go/token"
	"go/types"
)

func constantPlusMinusOne(s *site) []change {
	e, ok := s.node.(ast.Expr)
	if !ok || !s.isConstant(e) || s.prose() || s.besideError() || isNamed(s.typeOf(e), "time", "Duration") {
		return nil
	}
	basic, ok := s.typeOf(e).Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsInteger == 0 || isEnumeration(s.typeOf(e)) {
		return nil
	}
	switch n := e.(type) {
	case *ast.BasicLit, *ast.SelectorExpr:
	case *ast.Ident:
		if _, selected := s.parent().(*ast.SelectorExpr); selected {
			return nil
		}
	case *ast.UnaryExpr:
		if n.Op != token.SUB {
			return nil
		}
	default:
		return nil
	}
	if _, inner := s.parent().(*ast.UnaryExpr); inner {
		return nil // the whole number is changed
	}
	return append(s.replace(e, "(%s + 1)", s.text(e)), s.replace(e, "(%s - 1)", s.text(e))...)
}

// isEnumeration reports whether a type has a name of its own, so that its constants are names rather than numbers.
func isEnumeration(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Named)
	return ok
}

// otherConstant takes another value of an enumeration.
func otherConstant(s *site) []change {
	ident, ok := s.node.(*ast.Ident)
	if !ok {
		return nil
	}
	used, ok := s.info.Uses[ident].(*types.Const)
	if !ok || used.Parent() != s.types.Scope() || !isEnumeration(used.Type()) {
		return nil
	}
	return s.next(ident, used)
}

func emptyString(s *site) []change {
	literal, ok := s.node.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING || len(literal.Value) <= 2 || s.prose() {
		return nil
	}
	return s.replace(literal, `""`)
}

func otherArithmetic(s *site) []change {
	return s.otherOperator(map[token.Token]token.Token{
		token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.QUO,
		token.AND: token.OR, token.OR: token.AND, token.SHL: token.SHR, token.SHR: token.SHL,
	})
}

func swapOperands(s *site) []change {
	b, ok := s.node.(*ast.BinaryExpr)
	if !ok || b.Op != token.SUB && b.Op != token.QUO && b.Op != token.REM || s.isConstant(b) {
		return nil
	}
	return s.replace(b, "%s %s %s", s.text(b.Y), b.Op, s.text(b.X))
}

// swapArguments exchanges neighbouring arguments of one type.
func swapArguments(s *site) []change {
	call, ok := s.node.(*ast.CallExpr)
	if !ok || s.prose() || s.isMessage(call) {
		return nil
	}
	var changes []change
	for i := 0; i+1 < len(call.Args); i++ {
		a, b := call.Args[i], call.Args[i+1]
		if s.typeOf(a) == nil || s.typeOf(b) == nil || !types.Identical(s.typeOf(a), s.typeOf(b)) || s.text(a) == s.text(b) {
			continue
		}
		start, _ := s.offset(a)
		_, end := s.offset(b)
		changes = append(changes, change{start: start, end: end, text: s.text(b) + ", " + s.text(a)})
	}
	return changes
}

// zeroArgument passes nothing where something belongs.
func zeroArgument(s *site) []change {
	call, ok := s.node.(*ast.CallExpr)
	if !ok || s.prose() || s.isMessage(call) {
		return nil
	}
	if s.info.Types[call.Fun].IsType() || s.info.Types[call.Fun].IsBuiltin() {
		return nil
	}
	var changes []change
	for _, arg := range call.Args {
		t := s.typeOf(arg)
		if t == nil || s.isConstant(arg) || isContext(t) || isError(t) {
			continue
		}
		switch t.Underlying().(type) {
		case *types.Basic, *types.Struct:
			if zero := s.zero(t); zero != "" && "("+s.text(arg)+")" != zero {
				changes = append(changes, s.replace(arg, "%s", zero)...)
			}
		}
	}
	return changes
}

// isMessage reports whether a call only writes a text for people.
func (s *site) isMessage(call *ast.CallExpr) bool {
	inner := *s
	inner.parents = append(append([]ast.Node(nil), s.parents...), call)
	return inner.prose()
}

// unwrapCall uses the argument itself in place of what a function makes of it, like a copy.
func unwrapCall(s *site) []change {
	call, ok := s.node.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 || call.Ellipsis.IsValid() || s.prose() || isContext(s.typeOf(call)) {
		return nil
	}
	if s.typeOf(call) == nil || s.typeOf(call.Args[0]) == nil || !types.Identical(s.typeOf(call), s.typeOf(call.Args[0])) {
		return nil
	}
	return s.replace(call, "%s", s.text(call.Args[0]))
}

// dropElement leaves out a field of a struct, an entry of a map, an element of a slice.
func dropElement(s *site) []change {
	literal, ok := s.node.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	var changes []change
	for i, element := range literal.Elts {
		start, end := s.offset(element)
		switch {
		case i+1 < len(literal.Elts):
			end, _ = s.offset(literal.Elts[i+1])
		case i > 0:
			_, start = s.offset(literal.Elts[i-1])
		default: // the only one, with the comma behind it
			start, end = s.set.PositionFor(literal.Lbrace, false).Offset+1, s.set.PositionFor(literal.Rbrace, false).Offset
		}
		changes = append(changes, change{start: start, end: end})
	}
	return changes
}
