package overlay

import (
	"go/ast"
	"go/token"
	"strings"
)

// funcKey is "Name", or "Type.Name" for a method, whether its receiver is a pointer or not.
func funcKey(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	return receiver(d.Recv.List[0].Type) + "." + d.Name.Name
}

func receiver(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.ParenExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	}
	return "?"
}

// specKeys are the names that one line declares. A line of _ alone is known by its text.
func specKeys(f *file, tok token.Token, spec ast.Spec) []string {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.Name == "_" {
			return []string{"type " + f.text(s)}
		}
		return []string{s.Name.Name}
	case *ast.ValueSpec:
		var keys []string
		for _, name := range s.Names {
			if name.Name != "_" {
				keys = append(keys, name.Name)
			}
		}
		if keys == nil {
			return []string{tok.String() + " " + f.text(s)}
		}
		return keys
	}
	return nil
}

// text is a node's source with its white space evened out.
func (f *file) text(n ast.Node) string {
	return strings.Join(strings.Fields(f.src[f.at(n.Pos()):f.at(n.End())]), " ")
}

// mayRepeat says whether a package may declare the key more than once: init, _, methods called _.
func mayRepeat(key string) bool {
	return key == "init" || blank(key)
}

func blank(key string) bool {
	name, _, _ := strings.Cut(key, "#")
	return name == "_" || strings.HasSuffix(name, "._") || strings.Contains(key, " ")
}

// repeatable is mayRepeat for keys that numberTwins has already numbered.
func repeatable(key string) bool {
	return key == "init" || strings.HasPrefix(key, "init#") || blank(key)
}

// counts says whether the members of a const group hang together: one repeats the value above it, or uses iota.
func counts(d *ast.GenDecl) bool {
	for _, spec := range d.Specs {
		s, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if len(s.Values) == 0 {
			return true
		}
		found := false
		for _, value := range s.Values {
			ast.Inspect(value, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				found = found || ok && id.Name == "iota"
				return !found
			})
		}
		if found {
			return true
		}
	}
	return false
}

// normal is a declaration's name as people write it brought to the form of keys: "(*Order).Pay" is "Order.Pay".
func normal(name string) string {
	return strings.NewReplacer("(", "", ")", "", "*", "").Replace(strings.TrimSpace(name))
}
