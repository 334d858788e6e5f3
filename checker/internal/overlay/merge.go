package overlay

import (
	"fmt"
	"go/token"
	"slices"
	"sort"
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
	if err := p.mendImports(names); err != nil {
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

// A job is what the overlay gives in one go: a unit, or a whole group.
type job struct {
	units []*unit
	group *group // set when the group goes as a whole
}

func match(base, over *file) (*plan, error) {
	p := &plan{base: base, over: over, gone: map[*unit]bool{}, place: map[*unit][]*unit{}}
	owner := map[string]*unit{}
	for _, u := range base.units {
		for _, key := range u.keys {
			owner[key] = u
		}
	}
	given := map[string]bool{}
	var faults []string
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, j := range jobs(over, owner) {
		var hits []*unit
		for _, u := range j.units {
			found, err := p.hits(u, owner, given)
			if err != nil {
				say("%v", err)
				continue
			}
			for _, hit := range found {
				if !slices.Contains(hits, hit) {
					hits = append(hits, hit)
				}
			}
			if j.group == nil {
				p.put(u, found)
			}
		}
		if j.group != nil {
			p.putGroup(j, hits)
		}
	}
	// A unit of several names goes as a whole or not at all.
	for _, u := range base.units {
		if missing := slices.DeleteFunc(slices.Clone(u.keys), func(key string) bool { return given[key] }); p.gone[u] && len(missing) > 0 {
			if u.members != nil {
				say("const %s: it is in a group that counts with iota or repeats values; give the whole group (%s is missing)",
					strings.Join(u.keys, ", "), strings.Join(missing, ", "))
			} else {
				say("%s are declared together; give them together (%s is missing)", u.title(), strings.Join(missing, ", "))
			}
		}
	}
	if faults != nil {
		return nil, fmt.Errorf("%s", strings.Join(faults, "; "))
	}
	return p, nil
}

// jobs are the units of the overlay, but a group goes as one when it is all new or when it covers a whole group of the stage.
func jobs(over *file, owner map[string]*unit) []job {
	var all []job
	done := map[*group]bool{}
	for _, u := range over.units {
		switch {
		case u.in == nil || !asWhole(u.in, owner):
			all = append(all, job{units: []*unit{u}})
		case !done[u.in]:
			done[u.in] = true
			all = append(all, job{units: u.in.units, group: u.in})
		}
	}
	return all
}

func asWhole(g *group, owner map[string]*unit) bool {
	var target *group
	given := map[string]bool{}
	fresh := true
	for _, u := range g.units {
		if u.mark.drop {
			return false
		}
		for _, key := range u.keys {
			given[key] = true
			hit := owner[key]
			if hit == nil || u.mark.add && repeatable(key) {
				continue
			}
			fresh = false
			if hit.in == nil || hit.tok != g.tok || target != nil && target != hit.in {
				return false
			}
			target = hit.in
		}
	}
	if fresh {
		return true
	}
	for _, u := range target.units {
		if slices.ContainsFunc(u.keys, func(key string) bool { return !given[key] }) {
			return false
		}
	}
	return true
}

// hits are the units of the stage that u replaces or drops.
func (p *plan) hits(u *unit, owner map[string]*unit, given map[string]bool) ([]*unit, error) {
	if u.mark.add && u.mark.drop {
		return nil, fmt.Errorf("%s cannot be both added and dropped", u.title())
	}
	var found []*unit
	known := 0
	for _, key := range u.keys {
		if u.mark.add && repeatable(key) {
			continue
		}
		if given[key] {
			return nil, fmt.Errorf("%s is given twice", key)
		}
		given[key] = true
		hit, m := owner[key], u.mark.or(memberMark(u, key))
		if hit != nil {
			known++
		}
		switch {
		case hit == nil && m.drop:
			return nil, fmt.Errorf("%s is dropped, but the stage's file does not declare it", key)
		case hit == nil && !m.add:
			return nil, fmt.Errorf("the stage's file does not declare %s; if it is meant to be new, its doc comment needs the line //stagecraft:add", key)
		case hit != nil && memberMark(u, key).add:
			return nil, fmt.Errorf("%s is marked //stagecraft:add, but the stage's file declares it already", key)
		case hit != nil && !slices.Contains(found, hit):
			found = append(found, hit)
		}
	}
	if u.mark.add && known > 0 && known == len(u.keys) {
		return nil, fmt.Errorf("%s is marked //stagecraft:add, but the stage's file declares it already", u.title())
	}
	return found, nil
}

func memberMark(u *unit, key string) mark {
	for _, m := range u.members {
		if slices.Contains(m.keys, key) {
			return m.mark
		}
	}
	return mark{}
}

// put notes that u comes where the first of hits is, or at the end of the file.
func (p *plan) put(u *unit, hits []*unit) {
	for _, hit := range hits {
		p.gone[hit] = true
	}
	switch {
	case u.mark.drop:
	case len(hits) == 0:
		p.behind = append(p.behind, piece{[]*unit{u}, p.over.alone(u)})
	default:
		p.place[hits[0]] = append(p.place[hits[0]], u)
	}
}

func (p *plan) putGroup(j job, hits []*unit) {
	text := p.over.without(j.units[0], j.group.start, j.group.end)
	if len(hits) == 0 {
		p.behind = append(p.behind, piece{j.units, text})
		return
	}
	for _, hit := range hits {
		p.gone[hit] = true
	}
	at := hits[0].in
	p.edits = append(p.edits, edit{at.start, at.end, text})
	at.replaced = true
}

// alone is the unit's text as a declaration of its own.
func (f *file) alone(u *unit) string {
	if u.in == nil {
		return f.without(u, u.start, u.end)
	}
	return f.without(u, u.start, u.body) + u.tok.String() + " " + f.without(u, u.body, u.end)
}

// asLine is the unit's text as a line of a group.
func (f *file) asLine(u *unit) string {
	return f.without(u, u.start, u.body) + f.without(u, u.spec, u.end)
}

// edit turns what was decided into edits of the stage's source.
func (p *plan) edit() {
	removed := map[*group]int{}
	for _, u := range p.base.units {
		if !p.gone[u] || u.in != nil && u.in.replaced {
			continue
		}
		text, behind := p.replacement(u)
		p.edits = append(p.edits, edit{u.start, u.end, text})
		if behind != "" {
			p.edits = append(p.edits, edit{u.in.end, u.in.end, behind})
		}
		if u.in != nil && text == "" {
			removed[u.in]++
		}
	}
	// A group that has lost all its lines goes too, unless a comment in it belonged to none of them.
	for g, n := range removed {
		if n == len(g.units) && !g.comments {
			p.edits = slices.DeleteFunc(p.edits, func(e edit) bool { return g.start <= e.start && e.end <= g.end && e.text == "" })
			p.edits = append(p.edits, edit{g.start, g.end, ""})
		}
	}
	var end strings.Builder
	for _, piece := range p.behind {
		end.WriteString("\n\n" + piece.text)
	}
	if end.Len() > 0 {
		p.edits = append(p.edits, edit{len(p.base.src), len(p.base.src), end.String() + "\n"})
	}
}

// replacement is what comes in u's place, and what must come behind u's group because it cannot be a line of it.
func (p *plan) replacement(u *unit) (text, behind string) {
	for _, next := range p.place[u] {
		switch {
		case u.in == nil:
			text = join(text, p.over.alone(next), "\n\n")
		case next.tok == u.tok && next.spec >= 0:
			text = join(text, p.over.asLine(next), "\n")
		default:
			behind += "\n\n" + p.over.alone(next)
		}
	}
	return text, behind
}

func join(a, b, between string) string {
	if a == "" {
		return b
	}
	return a + between + b
}

// An edit replaces a stretch of the source.
type edit struct {
	start, end int
	text       string
}

// splice carries out edits that do not overlap. Those at one place come in the order in which they were made.
func splice(src string, edits []edit) string {
	edits = slices.Clone(edits)
	sort.SliceStable(edits, func(i, j int) bool {
		if edits[i].start != edits[j].start {
			return edits[i].start < edits[j].start
		}
		return edits[i].end < edits[j].end
	})
	var out strings.Builder
	at := 0
	for _, e := range edits {
		out.WriteString(src[at:max(at, e.start)])
		out.WriteString(e.text)
		at = max(at, e.end)
	}
	out.WriteString(src[at:])
	return out.String()
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
