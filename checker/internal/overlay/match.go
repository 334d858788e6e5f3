package overlay

import (
	"fmt"
	"slices"
	"strings"
)

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
