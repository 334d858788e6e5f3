package discovery

import (
	"regexp"
	"slices"
	"strings"
)

// entry is one path of a route, as the radix tree of APISIX has it.
type entry struct {
	route *route
	path  string
	// prefix is what must be equal; exact, that nothing follows; pattern is what the whole path must match.
	prefix  string
	exact   bool
	pattern *regexp.Regexp
}

// match finds the route of a request as lua-resty-radixtree does: an exact path first, then the longest literal prefix; among routes of the same prefix the
// one with the highest priority, then the one with the longest path.
func (g *gateway) match(method, path string) *route {
	var found *entry
	for i := range g.table.Routes {
		r := &g.table.Routes[i]
		if len(r.Methods) > 0 && !slices.Contains(r.Methods, method) {
			continue
		}
		for _, p := range r.paths() {
			e := g.entry(r, p)
			if e.matches(path) && (found == nil || e.before(found)) {
				found = e
			}
		}
	}
	if found == nil {
		return nil
	}
	return found.route
}

func (g *gateway) entry(r *route, path string) *entry {
	e := &entry{route: r, path: path}
	parameters := g.settings.APISIX.Router.HTTP == "radixtree_uri_with_parameter"
	colon, star := -1, strings.IndexByte(path, '*')
	if parameters {
		colon = strings.IndexByte(path, ':')
	}
	switch {
	case colon >= 0:
		e.prefix, e.pattern = path[:colon], patternOf(path)
	case star >= 0:
		e.prefix = path[:star]
		if star != len(path)-1 {
			e.pattern = patternOf(path)
		}
	default:
		e.prefix, e.exact = path, true
	}
	return e
}

// patternOf turns :name into one segment, and a segment that begins with * into everything.
func patternOf(path string) *regexp.Regexp {
	segments, special := strings.Split(path, "/"), false
	for i, s := range segments {
		switch {
		case strings.HasPrefix(s, ":"):
			segments[i], special = `[^/]+`, true
		case strings.HasPrefix(s, "*"):
			segments[i], special = `(?s:.*)`, true
		default:
			segments[i] = regexp.QuoteMeta(s)
		}
	}
	if !special {
		return nil // the library then looks at the prefix alone
	}
	return regexp.MustCompile("^" + strings.Join(segments, "/") + "$")
}

func (e *entry) matches(path string) bool {
	if e.exact {
		return path == e.path
	}
	return strings.HasPrefix(path, e.prefix) && (e.pattern == nil || e.pattern.MatchString(path))
}

func (e *entry) before(other *entry) bool {
	switch {
	case e.exact != other.exact:
		return e.exact
	case len(e.prefix) != len(other.prefix):
		return len(e.prefix) > len(other.prefix)
	case e.route.Priority != other.route.Priority:
		return e.route.Priority > other.route.Priority
	}
	return len(e.path) > len(other.path)
}
