// Package site renders the handbook and the lessons as a static site that works without a network and from file://.
package site

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
	"golang.org/x/sync/errgroup"
)

//go:embed assets
var assets embed.FS

// Site is a rendered site: its files by their address.
type Site struct {
	Files map[string][]byte
	Pages []*Page
}

// builder renders one site.
type builder struct {
	root     string
	markdown goldmark.Markdown
	layout   *template.Template
	pages    []*Page
	bySource map[string]*Page
	cache    *cache

	mu      sync.Mutex
	files   map[string][]byte
	sources map[string]bool // files of the repository that pages link to
	anchors map[string]map[string]bool
	navs    map[string]string // the list of pages, by the way to the root
}

// Build renders every page of the repository at root. The error names every dead link, missing image, diagram that cannot be
// drawn, quote of a declaration that is gone, and lesson without hints.
func Build(root string) (*Site, error) { return build(root, openCache(root)) }

func build(root string, kept *cache) (*Site, error) {
	kept.begin()
	defer kept.save()
	b := &builder{
		root: root, cache: kept, markdown: newMarkdown(), files: map[string][]byte{}, sources: map[string]bool{},
		anchors: map[string]map[string]bool{}, navs: map[string]string{}, bySource: map[string]*Page{},
	}
	b.markdown.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(figureRenderer{}, 100), util.Prioritized(codeRenderer{b}, 100)))
	var err error
	if b.layout, err = newLayout(); err != nil {
		return nil, err
	}
	if b.pages, err = pages(root); err != nil {
		return nil, err
	}
	if err = b.addChanges(); err != nil {
		return nil, err
	}
	chain(b.pages)
	for _, p := range b.pages {
		b.bySource[p.Source] = p
	}
	delete(b.bySource, "") // pages without a file
	if err := b.putAssets(); err != nil {
		return nil, err
	}
	all := make([]rendered, len(b.pages))
	err = b.each(len(b.pages), func(i int) (err error) {
		if all[i], err = b.render(b.pages[i]); err != nil {
			return err
		}
		return b.writePage(b.pages[i], all[i])
	})
	if err != nil {
		return nil, err
	}
	for i, p := range b.pages {
		b.anchors[p.Source] = all[i].Anchors
	}
	var faults []error
	for i, p := range b.pages {
		for _, l := range all[i].Links {
			if fault := b.checkLink(l); fault != nil {
				faults = append(faults, fmt.Errorf("%s: %w", p.Source, fault))
			}
		}
	}
	if err := errors.Join(append(faults, b.sourcePages()...)...); err != nil {
		return nil, err
	}
	index, err := b.searchIndex(all)
	if err != nil {
		return nil, err
	}
	b.put("search-index.js", index)
	return &Site{Files: b.files, Pages: b.pages}, nil
}

// Write puts the site into dir. Files that an earlier build left there and that are no part of it any more are removed.
func (s *Site) Write(dir string) error {
	for name, body := range s.Files {
		target := filepath.Join(dir, filepath.FromSlash(name))
		if old, err := os.ReadFile(target); err == nil && bytes.Equal(old, body) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return fmt.Errorf("write the site: %w", err)
		}
		if err := os.WriteFile(target, body, 0o644); err != nil {
			return fmt.Errorf("write the site: %w", err)
		}
	}
	return s.removeStale(dir)
}

// marker lies in a directory that the site was written to. Without it nothing is ever removed there.
const marker = ".stagecraft-site"

func (s *Site) removeStale(dir string) error {
	list := filepath.Join(dir, marker)
	if old, err := os.ReadFile(list); err == nil {
		for name := range strings.Lines(string(old)) {
			name = strings.TrimSpace(name)
			if _, kept := s.Files[name]; !kept && name != "" && filepath.IsLocal(filepath.FromSlash(name)) {
				_ = os.Remove(filepath.Join(dir, filepath.FromSlash(name)))
			}
		}
	}
	names := make([]string, 0, len(s.Files))
	for name := range s.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	if err := os.WriteFile(list, []byte(strings.Join(names, "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("write the site: %w", err)
	}
	return nil
}

// each calls do with 0 to n-1, as many at once as there are processors.
func (b *builder) each(n int, do func(i int) error) error {
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		work.Go(func() error { return do(i) })
	}
	return work.Wait()
}

func (b *builder) put(name string, body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files[name] = body
}

func (b *builder) putAssets() error {
	entries, err := assets.ReadDir("assets")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".html") {
			continue
		}
		body, err := assets.ReadFile("assets/" + entry.Name())
		if err != nil {
			return err
		}
		b.put(entry.Name(), body)
	}
	style, err := chromaStyle()
	if err != nil {
		return err
	}
	b.put("chroma.css", style)
	return nil
}

// urlFor is where a file of the repository is on the site: its page, or a page that shows its source.
func (b *builder) urlFor(file string) string {
	if p := b.bySource[file]; p != nil {
		return p.URL
	}
	switch path.Ext(file) {
	case ".svg", ".png", ".jpg", ".gif":
		if body, err := os.ReadFile(filepath.Join(b.root, filepath.FromSlash(file))); err == nil {
			b.put(file, body)
		}
		return file
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sources[file] = true
	return "source/" + file + ".html"
}

// checkLink says what is wrong with a link; nil when it leads somewhere.
func (b *builder) checkLink(l link) error {
	info, err := os.Stat(filepath.Join(b.root, filepath.FromSlash(l.Target)))
	switch {
	case err != nil && l.Image:
		return fmt.Errorf("the image %s is missing", l.Target)
	case err != nil:
		return fmt.Errorf("dead link to %s", l.Target)
	case info.IsDir() || l.Anchor == "":
		return nil
	}
	if known, isPage := b.anchors[l.Target]; isPage && !known[l.Anchor] {
		return fmt.Errorf("dead link to %s#%s: the page has no such heading", l.Target, l.Anchor)
	}
	return nil
}
