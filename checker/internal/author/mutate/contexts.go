package mutate

import (
	"go/ast"
	"go/types"
)

// backgroundContext passes a context without deadline, values and end.
func backgroundContext(s *site) []change {
	call, ok := s.node.(*ast.CallExpr)
	if !ok {
		return nil
	}
	var changes []change
	for _, arg := range call.Args {
		if isContext(s.typeOf(arg)) && s.text(arg) != "context.Background()" {
			changes = append(changes, s.replace(arg, "context.Background()")...)
		}
	}
	return changes
}

// attachedContext lets work end with the request that began it.
func attachedContext(s *site) []change {
	call, ok := s.node.(*ast.CallExpr)
	if !ok || s.callee(call) != "context.WithoutCancel" {
		return nil
	}
	return s.replace(call, "%s", s.text(call.Args[0]))
}

// callersContext passes the function's own context in place of one that was derived from it.
func callersContext(s *site) []change {
	call, ok := s.node.(*ast.CallExpr)
	if !ok {
		return nil
	}
	own := s.contextParameter()
	var changes []change
	for _, arg := range call.Args {
		ident, isIdent := arg.(*ast.Ident)
		if isIdent && own != nil && isContext(s.typeOf(arg)) && s.info.Uses[ident] != own && ident.Name != own.Name() {
			changes = append(changes, s.replace(arg, "%s", own.Name())...)
		}
	}
	return changes
}

// contextParameter is the context of the declared function; nil when it has none.
func (s *site) contextParameter() types.Object {
	for _, parent := range s.parents {
		fn, ok := parent.(*ast.FuncDecl)
		if !ok {
			continue
		}
		for _, field := range fn.Type.Params.List {
			for _, name := range field.Names {
				if object := s.info.Defs[name]; object != nil && isContext(object.Type()) {
					return object
				}
			}
		}
	}
	return nil
}

func dropTimeout(s *site) []change {
	call, ok := s.node.(*ast.CallExpr)
	if !ok || len(call.Args) != 2 {
		return nil
	}
	switch s.callee(call) {
	case "context.WithTimeout", "context.WithDeadline":
		return s.replace(call, "context.WithCancel(%s)", s.text(call.Args[0]))
	}
	return nil
}

// dropTransaction calls a function that was given to another one to call: without the transaction, the lock or the retry around it.
func dropTransaction(s *site) []change {
	call, ok := s.node.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 || !isContext(s.typeOf(call.Args[0])) {
		return nil
	}
	inner, ok := call.Args[len(call.Args)-1].(*ast.FuncLit)
	if !ok || s.typeOf(call) == nil {
		return nil
	}
	signature, ok := s.typeOf(inner).(*types.Signature)
	if !ok || signature.Params().Len() != 1 || !isContext(signature.Params().At(0).Type()) || signature.Results().Len() != 1 ||
		!types.Identical(signature.Results().At(0).Type(), s.typeOf(call)) {
		return nil
	}
	return s.replace(call, "%s(%s)", s.text(inner), s.text(call.Args[0]))
}
