package site_test

import (
	"strings"
	"testing"

	"stagecraft/checker/site"
)

func twoStages(t *testing.T) (root string) {
	t.Helper()
	return repository(t, map[string]string{
		"docs/nav.yaml": "sections:\n  - {title: Start, pages: [README.md, docs/a.md]}\n" +
			"  - {title: Changes, pages: [\"stage[2-9]-*/topics.yaml\"]}\n",
		"README.md":                    "# Readme\n\n[the cache](stage2-async/topics.yaml#cache)\n",
		"stage1-mvp/same.go":           "package a\n",
		"stage1-mvp/order/old.go":      "package order\n\nfunc Old() {}\n",
		"stage1-mvp/gen/x.pb.go":       "package gen\n",
		"stage2-async/a.go":            "package a\n\n// F adds.\nfunc F(a, b int) int { return b + a }\n",
		"stage2-async/same.go":         "package a\n",
		"stage2-async/cache/cache.go":  "package cache\n\nconst html = \"<b>&amp;</b>\"\n",
		"stage2-async/gen/x.pb.go":     "package gen // <script>\n",
		"stage2-async/README.md":       "# Two\n",
		"stage2-async/proto/base.bin":  "\xff\xfe\x00",
		"stage2-async/topics.yaml":     "cache: [cache/..., a.go#F]\nconsumer: [a.go]\ninvented: [README.md]\n",
		"stage2-async/.hidden/file.go": "package hidden\n",
	})
}

func TestChanges_TwoStages_AreGroupedByTopic(t *testing.T) {
	t.Parallel()
	s, err := site.Build(twoStages(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"index.html": {`href="changes/stage2-async/index.html#cache"`},
		"changes/stage2-async/index.html": {
			`<h2 id="cache"><a href="cache.html">Caching</a></h2>`, `<h2 id="consumer">`, `<h2 id="unclaimed">`, `<h2 id="generated">`,
			`<a href="cache.html#cache-cache-go">`, "6 files",
		},
		"changes/stage2-async/cache.html": {
			"<code>cache/cache.go</code>", `<span class="kind">new</span>`, "&lt;b&gt;&amp;amp;&lt;/b&gt;", "@@ -1,4 +1,4 @@\n</span>",
			`<span class="del">-`, `<span class="ins">+`,
		},
		"changes/stage2-async/invented.html":  {"<h1>invented</h1>", "README.md"},
		"changes/stage2-async/consumer.html":  {"<code>a.go</code>", `<span class="plus">+1</span> <span class="minus">−1</span>`},
		"changes/stage2-async/unclaimed.html": {"order/old.go", `<span class="kind">removed</span>`, "A binary file."},
		"changes/stage2-async/generated.html": {"gen/x.pb.go"},
	} {
		page := string(s.Files[name])
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, page[max(0, strings.Index(page, "<main")):])
			}
		}
		for _, never := range []string{"same.go", "hidden", "<script>\n"} {
			if main := page[max(0, strings.Index(page, "<main")):]; strings.Contains(main, never) {
				t.Errorf("%s shows %q", name, never)
			}
		}
	}
	if index := string(s.Files["search-index.js"]); strings.Contains(index, "func Old") || !strings.Contains(index, "order/old.go") {
		t.Error("search must find changed files by name and not their contents")
	}
}

func TestChanges_DeadTopicLink_NamesTheFault(t *testing.T) {
	t.Parallel()
	root := twoStages(t)
	write(t, root, "README.md", "# Readme\n\n[x](stage2-async/topics.yaml#nowhere)\n")
	if _, err := site.Build(root); err == nil || !strings.Contains(err.Error(), "stage2-async/topics.yaml#nowhere") {
		t.Errorf("expected the dead link, seen %v", err)
	}
}
