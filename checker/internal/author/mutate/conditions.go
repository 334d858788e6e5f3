package mutate

import (
	"go/ast"
	"go/token"
	"go/types"
)

func negateCondition(s *site) []change {
	switch n := s.node.(type) {
	case *ast.IfStmt:
		return s.replace(n.Cond, "!(%s)", s.text(n.Cond))
	case *ast.ForStmt:
		if n.Cond != nil {
			return s.replace(n.Cond, "!(%s)", s.text(n.Cond))
		}
	}
	return nil
}

func dropOperand(s *site) []change {
	b, ok := s.node.(*ast.BinaryExpr)
	if !ok || b.Op != token.LAND && b.Op != token.LOR {
		return nil
	}
	return append(s.replace(b, "%s", s.text(b.X)), s.replace(b, "%s", s.text(b.Y))...)
}

func moveBoundary(s *site) []change {
	moved := map[token.Token]token.Token{token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR}
	return s.otherOperator(moved)
}

// flipComparison leaves out conditions as a whole: negateCondition has them.
func flipComparison(s *site) []change {
	switch parent := s.parent().(type) {
	case *ast.IfStmt:
		if parent.Cond == s.node {
			return nil
		}
	case *ast.ForStmt:
		return nil
	}
	flipped := map[token.Token]token.Token{token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GTR, token.GTR: token.LSS, token.LEQ: token.GEQ, token.GEQ: token.LEQ}
	return s.otherOperator(flipped)
}

func (s *site) otherOperator(other map[token.Token]token.Token) []change {
	b, ok := s.node.(*ast.BinaryExpr)
	if !ok {
		return nil
	}
	op, ok := other[b.Op]
	if !ok {
		return nil
	}
	return s.replace(b, "%s %s %s", s.text(b.X), op, s.text(b.Y))
}

func flipBoolean(s *site) []change {
	switch n := s.node.(type) {
	case *ast.Ident:
		if s.info.Uses[n] == types.Universe.Lookup("true") {
			return s.replace(n, "false")
		}
		if s.info.Uses[n] == types.Universe.Lookup("false") {
			return s.replace(n, "true")
		}
	case *ast.UnaryExpr:
		if parent, isIf := s.parent().(*ast.IfStmt); n.Op == token.NOT && (!isIf || parent.Cond != n) {
			return s.replace(n, "%s", s.text(n.X))
		}
	}
	return nil
}
