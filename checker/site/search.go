package site

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
)

// entry is one section of a page in the search index.
type entry struct {
	URL   string `json:"u"`
	Page  string `json:"p"`
	Title string `json:"t"`
	Text  string `json:"x"`
}

var (
	headingTag = regexp.MustCompile(`<h([1-4]) id="([^"]*)"[^>]*>(.*?)</h[1-4]>`)
	anyTag     = regexp.MustCompile(`<[^>]*>`)
	spaces     = regexp.MustCompile(`\s+`)
)

// searchIndex is a script that defines the index: a page opened from file:// may load a script, but fetch nothing.
func (b *builder) searchIndex(all []rendered) ([]byte, error) {
	lists := make([][]byte, len(b.pages))
	err := b.each(len(b.pages), func(i int) (err error) {
		p, r := b.pages[i], all[i]
		encode := func() ([]byte, error) { return json.Marshal(entries(p, r)) } // escapes <, > and &, so that no text can end the script
		lists[i], err = b.cache.inMemory("search", encode, []byte(p.URL), []byte(p.Title), []byte(p.Section), []byte(r.Search), r.HTML)
		return err
	})
	return slices.Concat([]byte("window.searchIndex = [].concat("), bytes.Join(lists, []byte(",\n")), []byte(");\n")), err
}

// entries are the sections of a page.
func entries(p *Page, r rendered) []entry {
	if r.Search != "" {
		return []entry{{URL: p.URL, Page: p.Section, Title: p.Title, Text: r.Search}}
	}
	var list []entry
	content := string(r.HTML)
	places := headingTag.FindAllStringSubmatchIndex(content, -1)
	if len(places) == 0 || places[0][0] > 0 || p.Lesson != nil { // the title of a lesson is not in its text
		end := len(content)
		if len(places) > 0 {
			end = places[0][0]
		}
		list = append(list, entry{URL: p.URL, Page: p.Title, Title: p.Title, Text: words(content[:end])})
	}
	for n, at := range places {
		end := len(content)
		if n+1 < len(places) {
			end = places[n+1][0]
		}
		list = append(list, entry{
			URL: p.URL + "#" + content[at[4]:at[5]], Page: p.Title, Title: words(content[at[6]:at[7]]), Text: words(content[at[1]:end]),
		})
	}
	return list
}

// words is the text of a piece of HTML.
func words(content string) string {
	content = anyTag.ReplaceAllString(content, " ")
	return strings.TrimSpace(spaces.ReplaceAllString(html.UnescapeString(content), " "))
}
