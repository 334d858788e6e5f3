package site

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"stagecraft/checker/internal/lesson"
)

// Page is one page of the site, from one markdown file of the repository.
type Page struct {
	Source  string // the file, relative to the repository: "docs/primer.md"
	URL     string // relative to the site's root: "handbook/primer.html"
	Title   string
	Section string // of the navigation
	Lesson  *lesson.Lesson
	Body    string // markdown without front matter, quotes filled in

	generated  *rendered // of a page that is made from no markdown
	prev, next *Page
}

// Up is the way from the page back to the site's root: "../" for each directory.
func (p *Page) Up() string { return strings.Repeat("../", strings.Count(p.URL, "/")) }

// navigation is docs/nav.yaml: which pages the handbook has, in which order.
type navigation struct {
	Sections []struct {
		Title string `yaml:"title"`
		// Pages are markdown files, relative to the repository. The topics.yaml of a stage stands for what it changed.
		Pages []string `yaml:"pages"`
	} `yaml:"sections"`
}

// pages loads every page, but only the place of those about changes: the handbook in the order of docs/nav.yaml, then lessons with recap and instructor's notes.
func pages(root string) ([]*Page, error) {
	source, err := os.ReadFile(filepath.Join(root, "docs", "nav.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read the navigation: %w", err)
	}
	var nav navigation
	if err := yaml.Unmarshal(source, &nav); err != nil {
		return nil, fmt.Errorf("docs/nav.yaml: %w", err)
	}
	var all []*Page
	for _, section := range nav.Sections {
		for _, file := range section.Pages {
			found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(file)))
			if err != nil || len(found) == 0 {
				return nil, fmt.Errorf("docs/nav.yaml: there is no file %s", file)
			}
			slices.Sort(found)
			for _, name := range found {
				rel, err := filepath.Rel(root, name)
				if err != nil {
					return nil, err
				}
				if rel = filepath.ToSlash(rel); path.Base(rel) == topicsFile {
					all = append(all, &Page{Source: rel, Section: section.Title})
					continue
				}
				page, err := handbookPage(root, rel, section.Title)
				if err != nil {
					return nil, err
				}
				all = append(all, page)
			}
		}
	}
	lessons, err := lessonPages(root)
	if err != nil {
		return nil, err
	}
	return append(all, lessons...), nil
}

func handbookPage(root, file, section string) (*Page, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	body, err := lesson.Render(string(text), root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	title := firstHeading(body)
	if title == "" {
		return nil, fmt.Errorf("%s: the page has no heading of level 1", file)
	}
	return &Page{Source: file, URL: urlOf(file), Title: title, Section: section, Body: body}, nil
}

func lessonPages(root string) ([]*Page, error) {
	lessons, err := lesson.Load(root)
	if err != nil {
		return nil, err
	}
	var all []*Page
	for i := range lessons {
		l := &lessons[i]
		dir := "lessons/" + l.Name()
		for _, id := range l.Checks {
			if len(l.Hints(id)) == 0 {
				return nil, fmt.Errorf("%s/hints.yaml: check %s has no hints", dir, id)
			}
		}
		body, err := lesson.Render(l.Body, root)
		if err != nil {
			return nil, fmt.Errorf("%s/lesson.md: %w", dir, err)
		}
		all = append(all, &Page{
			Source: dir + "/lesson.md", URL: dir + "/index.html", Section: "Lessons", Lesson: l,
			Title: fmt.Sprintf("%d · %s", l.Number, l.Title), Body: body,
		})
		for _, extra := range []struct{ file, title, section string }{
			{"recap.md", "Recap: " + l.Title, ""}, {"instructor.md", "Teaching: " + l.Title, "For instructors"},
		} {
			text, err := os.ReadFile(filepath.Join(l.Dir, extra.file))
			if os.IsNotExist(err) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("read page: %w", err)
			}
			body, err := lesson.Render(string(text), root)
			if err != nil {
				return nil, fmt.Errorf("%s/%s: %w", dir, extra.file, err)
			}
			if firstHeading(body) == "" {
				body = "# " + extra.title + "\n\n" + body
			}
			all = append(all, &Page{
				Source: dir + "/" + extra.file, URL: dir + "/" + strings.TrimSuffix(extra.file, ".md") + ".html",
				Section: extra.section, Title: extra.title, Body: body,
			})
		}
	}
	return all, nil
}

// urlOf is where a markdown file of the repository is on the site. The README of a directory is its index.
func urlOf(file string) string {
	if file == "README.md" {
		return "index.html"
	}
	file = strings.TrimPrefix(file, "docs/")
	dir, base := path.Split(file)
	if base == "README.md" {
		return dir + "index.html"
	}
	return dir + strings.TrimSuffix(base, ".md") + ".html"
}

// chain links each page to its neighbours in the same section.
func chain(all []*Page) {
	for i := 1; i < len(all); i++ {
		for j := i - 1; j >= 0; j-- {
			if all[j].Section == all[i].Section && all[i].Section != "" {
				all[j].next, all[i].prev = all[i], all[j]
				break
			}
		}
	}
}

// firstHeading is the text of the first heading of level 1 outside code.
func firstHeading(body string) string {
	fence := false
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			fence = !fence
		}
		if title, ok := strings.CutPrefix(line, "# "); ok && !fence {
			return strings.ReplaceAll(title, "`", "")
		}
	}
	return ""
}
