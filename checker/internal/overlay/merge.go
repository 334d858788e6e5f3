package overlay

import (
	"fmt"
	"go/token"
	"strings"
)

// File lays the declarations of over on base, two Go files of one package, and returns the result in gofmt's form.
func File(base, over []byte) ([]byte, error) {
	return merge(base, over, func(string) string { return "" })
}

// merge is File with the package names of import paths as far as names knows them.
func merge(baseSource, overSource []byte, names func(string) string) ([]byte, error) {
	base, err := parse(baseSource)
	if err != nil {
		return nil, fmt.Errorf("the stage's file does not parse: %w", err)
	}
	over, err := parse(overSource)
	if err != nil {
		return nil, err
	}
	if was, is := base.tree.Name.Name, over.tree.Name.Name; was != is {
		return nil, fmt.Errorf("package %s, but the stage's file says package %s", is, was)
	}
	p, err := match(base, over)
	if err != nil {
		return nil, err
	}
	p.edit()
	if err := p.fixImports(names); err != nil {
		return nil, err
	}
	result, err := tidy([]byte(splice(base.src, p.edits)))
	if err != nil {
		return nil, fmt.Errorf("the overlay cannot be laid on the stage's file: %w", err)
	}
	return result, p.verify(result)
}

// A plan says what becomes of every unit.
type plan struct {
	base, over *file
	gone       map[*unit]bool    // units of base that do not stay as they are
	place      map[*unit][]*unit // unit of base → what comes in its place
	behind     []piece           // what is appended
	edits      []edit
}

// A piece is a declaration to be written by itself.
type piece struct {
	units []*unit
	text  string
}

// verify makes sure that the result declares exactly what the plan says: better no file than one that has lost a declaration.
func (p *plan) verify(result []byte) error {
	got, err := parse(result)
	if err != nil {
		return fmt.Errorf("the overlay cannot be laid on the stage's file: %w", err)
	}
	count := map[string]int{}
	tally := func(u *unit, n int) {
		for _, key := range u.keys {
			if m := memberMark(u, key); m.drop {
				continue
			}
			key, _, _ = strings.Cut(key, "#")
			if blank(key) {
				key = token.IDENT.String() // their text may be laid out anew
			}
			count[key] += n
		}
	}
	for _, u := range p.base.units {
		if !p.gone[u] {
			tally(u, 1)
		}
	}
	for _, u := range p.over.units {
		if !u.mark.drop {
			tally(u, 1)
		}
	}
	for _, u := range got.units {
		u.members = nil
		tally(u, -1)
	}
	for key, n := range count {
		if n != 0 {
			return fmt.Errorf("the overlay cannot be laid on the stage's file: %s would be declared %d times too often", key, -n)
		}
	}
	return nil
}
