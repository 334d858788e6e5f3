package mutate

import (
	"go/ast"
	"go/token"
	"strings"
)

func dropStatement(s *site) []change {
	if !s.inBlock() {
		return nil
	}
	switch n := s.node.(type) {
	case *ast.ExprStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt:
		return s.replace(n, "")
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return s.replace(n, "")
		}
	}
	return nil
}

// dropIf drops a question, and with it what the answer yes leads to; where there is an else, it takes one of both ways always.
func dropIf(s *site) []change {
	n, ok := s.node.(*ast.IfStmt)
	if !ok || !s.inBlock() {
		return nil
	}
	if n.Else == nil {
		return s.replace(n, "")
	}
	if n.Init != nil {
		return nil
	}
	return append(s.replace(n, "%s", s.text(n.Body)), s.replace(n, "%s", s.text(n.Else))...)
}

func dropCase(s *site) []change {
	switch n := s.node.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return s.replace(n, "")
	}
	return nil
}

func dropLoop(s *site) []change {
	switch n := s.node.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
		if s.inBlock() {
			return s.replace(n, "")
		}
	}
	return nil
}

// dropReturn goes on where the code returned. Where the return is all that an if does, dropIf does the same.
func dropReturn(s *site) []change {
	n, ok := s.node.(*ast.ReturnStmt)
	if !ok || len(list(s.parent())) < 2 {
		return nil
	}
	return s.replace(n, "")
}

// swapStatements changes the order of a statement and the next.
func swapStatements(s *site) []change {
	var changes []change
	all := list(s.node)
	for i := 0; i+1 < len(all); i++ {
		if !movable(all[i]) || !movable(all[i+1]) {
			continue
		}
		start, _ := s.offset(all[i])
		_, end := s.offset(all[i+1])
		changes = append(changes, change{start: start, end: end, text: s.text(all[i+1]) + "\n" + s.text(all[i])})
	}
	return changes
}

func movable(stmt ast.Stmt) bool {
	switch n := stmt.(type) {
	case *ast.ReturnStmt, *ast.BranchStmt, *ast.DeclStmt, *ast.EmptyStmt, *ast.LabeledStmt:
		return false
	case *ast.AssignStmt:
		return n.Tok != token.DEFINE || calls(n) // a name for a value may stand anywhere before its use
	}
	return true
}

func calls(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		_, isCall := n.(*ast.CallExpr)
		found = found || isCall
		return !found
	})
	return found
}

func changeBranch(s *site) []change {
	n, ok := s.node.(*ast.BranchStmt)
	if !ok || n.Label != nil {
		return nil
	}
	switch n.Tok {
	case token.BREAK:
		return append(s.replace(n, "continue"), s.replace(n, "")...)
	case token.CONTINUE:
		return append(s.replace(n, "break"), s.replace(n, "")...)
	}
	return nil
}

// dropLock drops a lock together with its deferred unlock.
func dropLock(s *site) []change {
	var changes []change
	all := list(s.node)
	for i := 0; i+1 < len(all); i++ {
		lock, next := s.text(all[i]), s.text(all[i+1])
		mutex, isLock := strings.CutSuffix(lock, "Lock()")
		if isLock && next == "defer "+mutex+"Unlock()" {
			start, _ := s.offset(all[i])
			_, end := s.offset(all[i+1])
			changes = append(changes, change{start: start, end: end})
		}
	}
	return changes
}
