package imports

// Rule says what the packages that match From may import of this module and of libraries.
// Imports of the standard library are always allowed.
type Rule struct {
	From     string   // pattern over directories, see Graph.Match
	Allow    []string // patterns over directories of this module
	Library  []string // patterns over import paths of other modules; nil: none, "...": any
	Sentence string   // "the domain imports only the standard library"
}

// Violation is an import line that a rule does not allow.
type Violation struct {
	Rule   Rule
	From   *Package
	Import Import
}

// Violations returns every import line that breaks a rule, by package and line.
// A package's imports of packages below itself are not allowed unless the rule says so.
func (g *Graph) Violations(rules ...Rule) []Violation {
	var found []Violation
	for _, rule := range rules {
		for _, p := range g.Match(rule.From) {
			for _, imp := range p.Imports {
				if !rule.permits(imp) {
					found = append(found, Violation{rule, p, imp})
				}
			}
		}
	}
	return found
}

func (r Rule) permits(imp Import) bool {
	if imp.Standard() {
		return true
	}
	patterns, name := r.Library, imp.Path
	if imp.Dir != "" {
		patterns, name = r.Allow, imp.Dir
	}
	for _, pattern := range patterns {
		if Matches(pattern, name) {
			return true
		}
	}
	return false
}
