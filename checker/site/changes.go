package site

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"stagecraft/checker/internal/check/imports"
	"stagecraft/checker/internal/lesson"
)

// topicsFile says in each stage which of its differences from the stage before belong to which topic. The page that lists the
// differences stands for it: a link of a markdown page to stage2-async/topics.yaml#cache leads to the list of that topic.
const topicsFile = "topics.yaml"

// generated are files that tools write from others. Their differences are counted and not shown.
var generated = []string{"gen/...", "*/internal/repository/postgres/gen/...", "*/db/migrations/atlas.sum", "proto/baseline.binpb", "go.sum"}

// A changeGroup is what one topic changes between two stages.
type changeGroup struct {
	ID, Title string
	Files     []*change
}

// addChanges puts the pages that show what a stage changed into their place: an overview and a page per topic.
func (b *builder) addChanges() error {
	var all []*Page
	for _, p := range b.pages {
		if path.Base(p.Source) != topicsFile {
			all = append(all, p)
			continue
		}
		made, err := b.stageChanges(path.Dir(p.Source), p.Section)
		if err != nil {
			return err
		}
		all = append(all, made...)
	}
	b.pages = all
	return nil
}

// stageChanges compares a stage with the one before it.
func (b *builder) stageChanges(to, section string) ([]*Page, error) {
	before, err := filepath.Glob(filepath.Join(b.root, fmt.Sprintf("stage%d-*", lesson.StageNumber(to)-1)))
	if err != nil || len(before) != 1 {
		return nil, fmt.Errorf("there is no stage before %s", to)
	}
	from := filepath.Base(before[0])
	stamp, err := stageStamp(b.root, section, from, to)
	if err != nil {
		return nil, err
	}
	if known := b.cache.changes[to]; known.stamp == stamp {
		return known.pages, nil
	}
	changes, err := b.compare(from, to)
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", from, to, err)
	}
	groups, err := byTopic(b.root, to, changes)
	if err != nil {
		return nil, err
	}
	dir := "changes/" + to + "/"
	overview := &Page{
		Source: to + "/" + topicsFile, URL: dir + "index.html", Section: section, Title: "What changed from " + from + " to " + to,
	}
	pages := []*Page{overview}
	var body bytes.Buffer
	fmt.Fprintf(&body, "<h1>What changed from <code>%s</code> to <code>%s</code></h1>\n", from, to)
	fmt.Fprintf(&body, "<p>%s, made from the two directories when this site was built. A file stands under each topic that changes it.</p>\n",
		total(changes))
	result := &rendered{Anchors: map[string]bool{}}
	var names []string
	for _, g := range groups {
		page := &Page{URL: dir + g.ID + ".html", Section: section, Title: g.Title, generated: g.page(from, to)}
		pages = append(pages, page)
		title := html.EscapeString(g.Title)
		fmt.Fprintf(&body, `<h2 id="%s"><a href="%s.html">%s</a></h2>`+"\n", g.ID, g.ID, title)
		fmt.Fprintf(&body, "<p>%s</p>\n<ul class=\"changed\">\n", total(g.Files))
		for _, c := range g.Files {
			link := html.EscapeString(g.ID + ".html#" + c.id())
			fmt.Fprintf(&body, `<li><a href="%s"><code>%s</code></a> %s</li>`+"\n", link, html.EscapeString(c.Path), c.size())
			names = append(names, c.Path)
		}
		body.WriteString("</ul>\n")
		result.Anchors[g.ID] = true
		result.Headings = append(result.Headings, heading{Level: 2, ID: g.ID, Text: g.Title})
	}
	if len(groups) == 0 {
		body.WriteString("<p>The two stages are the same.</p>\n")
	}
	result.HTML, result.Search = body.Bytes(), strings.Join(names, " ")
	overview.generated = result
	b.cache.changes[to] = stageState{stamp, pages}
	return pages, nil
}

// stageStamp changes with every file of the stages.
func stageStamp(root, section string, stages ...string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, section)
	for _, stage := range stages {
		err := walkStage(filepath.Join(root, stage), func(rel, name string, entry fs.DirEntry) error {
			info, err := entry.Info()
			if err == nil {
				fmt.Fprintln(sum, rel, info.Size(), info.ModTime().UnixNano())
			}
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return string(sum.Sum(nil)), nil
}

// page shows the differences of one topic, each file closed.
func (g *changeGroup) page(from, to string) *rendered {
	var body bytes.Buffer
	fmt.Fprintf(&body, "<h1>%s</h1>\n<p>What this topic changes from <code>%s</code> to <code>%s</code>: %s.", html.EscapeString(g.Title), from, to,
		total(g.Files))
	body.WriteString(` <a href="index.html">All topics</a>. In a terminal:</p>` + "\n")
	fmt.Fprintf(&body, `<pre tabindex="0"><code>diff -r %s %s</code></pre>`+"\n", from, to)
	var names []string
	for _, c := range g.Files {
		names = append(names, c.Path)
		fmt.Fprintf(&body, `<details class="change" id="%s"><summary><code>%s</code> %s</summary>`+"\n%s</details>\n",
			c.id(), html.EscapeString(c.Path), c.size(), c.HTML)
	}
	return &rendered{HTML: body.Bytes(), Search: strings.Join(names, " ")}
}

// byTopic sorts changes by the claims of the later stage. What no topic claims, and what tools generate, is a group of its own.
func byTopic(root, stage string, changes []*change) ([]changeGroup, error) {
	source, err := os.ReadFile(filepath.Join(root, stage, topicsFile))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var claims map[string][]string
	if err := yaml.Unmarshal(source, &claims); err != nil {
		return nil, fmt.Errorf("%s/%s: %w", stage, topicsFile, err)
	}
	topics := lesson.Topics()
	for _, id := range slices.Sorted(maps.Keys(claims)) {
		if !slices.ContainsFunc(topics, func(t lesson.Topic) bool { return t.ID == id }) {
			topics = append(topics, lesson.Topic{ID: id, Title: id}) // author drift reports it
		}
	}
	var groups []changeGroup
	claimed := map[*change]bool{}
	for _, topic := range topics {
		g := changeGroup{ID: topic.ID, Title: topic.Title}
		for _, c := range changes {
			if !c.Generated && slices.ContainsFunc(claims[topic.ID], c.claimedBy) {
				g.Files = append(g.Files, c)
				claimed[c] = true
			}
		}
		if len(g.Files) > 0 {
			groups = append(groups, g)
		}
	}
	other, tools := changeGroup{ID: "unclaimed", Title: "Changes of no topic"}, changeGroup{ID: "generated", Title: "Generated files"}
	for _, c := range changes {
		switch {
		case c.Generated:
			tools.Files = append(tools.Files, c)
		case !claimed[c]:
			other.Files = append(other.Files, c)
		}
	}
	for _, g := range []changeGroup{other, tools} {
		if len(g.Files) > 0 {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

// compare returns the files in which two stages differ, sorted by path.
func (b *builder) compare(from, to string) ([]*change, error) {
	before, err := stageFiles(filepath.Join(b.root, from))
	if err != nil {
		return nil, err
	}
	after, err := stageFiles(filepath.Join(b.root, to))
	if err != nil {
		return nil, err
	}
	names := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.Sort(names)
	var changes []*change
	for _, name := range slices.Compact(names) {
		old, current := before[name], after[name]
		if name == topicsFile || bytes.Equal(old, current) && (old == nil) == (current == nil) {
			continue
		}
		c := &change{Path: name, Generated: slices.ContainsFunc(generated, func(p string) bool { return imports.Matches(p, name) })}
		changes = append(changes, c)
		c.read(old, current)
	}
	return changes, b.each(len(changes), func(i int) (err error) {
		c := changes[i]
		if !c.Generated {
			draw := func() ([]byte, error) { return b.diff(c, before[c.Path], after[c.Path]) }
			c.HTML, err = b.cache.inMemory("diff", draw, []byte(c.Path), before[c.Path], after[c.Path])
		}
		return err
	})
}

// stageFiles reads the files of a stage by their path in it.
func stageFiles(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := walkStage(dir, func(rel, name string, _ fs.DirEntry) (err error) {
		files[rel], err = os.ReadFile(name)
		return err
	})
	return files, err
}

// walkStage visits the files that are part of a stage: nothing hidden, and nothing that a build leaves behind.
func walkStage(dir string, visit func(rel, name string, entry fs.DirEntry) error) error {
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(entry.Name(), ".") && name != dir
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (hidden || entry.Name() == "bin"):
			return fs.SkipDir
		case hidden || !entry.Type().IsRegular() || strings.HasSuffix(name, ".test") || strings.HasSuffix(name, ".out"):
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(rel), name, entry)
	})
}

// claimedBy says whether a claim of topics.yaml ("order/...", "order/order.go#Name") covers the change.
func (c *change) claimedBy(claim string) bool {
	file, _, _ := strings.Cut(claim, "#")
	return imports.Matches(path.Clean(file), c.Path)
}

// total is "3 files, +10 −4".
func total(changes []*change) string {
	added, removed := 0, 0
	for _, c := range changes {
		added, removed = added+c.Added, removed+c.Removed
	}
	files := "1 file"
	if len(changes) != 1 {
		files = fmt.Sprintf("%d files", len(changes))
	}
	return fmt.Sprintf("%s, %s", files, lines(added, removed))
}
