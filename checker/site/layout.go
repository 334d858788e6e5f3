package site

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

func newLayout() (*template.Template, error) {
	return template.New("page.html").ParseFS(assets, "assets/page.html")
}

// navGroup is a section of the navigation.
type navGroup struct {
	Title string
	Pages []*Page
}

// view is what the template shows.
type view struct {
	Page     *Page
	Up       string
	Content  template.HTML
	Contents []heading
	Nav      template.HTML
}

// Previous and Next are the neighbours in the page's section.
func (v view) Previous() *Page { return v.Page.prev }

// Next is the page after this one.
func (v view) Next() *Page { return v.Page.next }

func (b *builder) writePage(p *Page, r rendered) error {
	v := view{Page: p, Up: p.Up(), Content: template.HTML(r.HTML)} // made by goldmark or chroma, which escape all text
	for _, h := range r.Headings {
		if h.Level == 2 || h.Level == 3 {
			v.Contents = append(v.Contents, h)
		}
	}
	if len(v.Contents) < 2 {
		v.Contents = nil
	}
	nav, err := b.navigation(v.Up)
	if err != nil {
		return err
	}
	v.Nav = current(nav, v.Up+p.URL)
	var out bytes.Buffer
	if err := b.layout.Execute(&out, v); err != nil {
		return fmt.Errorf("%s: %w", p.Source, err)
	}
	b.put(p.URL, out.Bytes())
	return nil
}

// navigation is the list of all pages, for pages that reach the root by up.
func (b *builder) navigation(up string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if nav, ok := b.navs[up]; ok {
		return nav, nil
	}
	var groups []navGroup
	for _, page := range b.pages {
		at := slices.IndexFunc(groups, func(g navGroup) bool { return g.Title == page.Section })
		switch {
		case page.Section == "":
		case at < 0:
			groups = append(groups, navGroup{Title: page.Section, Pages: []*Page{page}})
		default:
			groups[at].Pages = append(groups[at].Pages, page)
		}
	}
	var out strings.Builder
	if err := b.layout.ExecuteTemplate(&out, "nav", struct {
		Up     string
		Groups []navGroup
	}{up, groups}); err != nil {
		return "", fmt.Errorf("navigation: %w", err)
	}
	b.navs[up] = out.String()
	return b.navs[up], nil
}

// current marks the page at url in the navigation, and opens its group.
func current(nav, url string) template.HTML {
	const group = `<details class="group"`
	link := `href="` + template.HTMLEscapeString(url) + `"`
	at := strings.Index(nav, link)
	if at < 0 {
		return template.HTML(nav)
	}
	begin, after := strings.LastIndex(nav[:at], group)+len(group), at+len(link)
	return template.HTML(nav[:begin] + " open" + nav[begin:after] + ` aria-current="page"` + nav[after:])
}
