package discovery

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"stagecraft/checker/internal/check"
)

const (
	folder       = "deploy/apisix"
	settingsFile = folder + "/config.yaml"
	tableFile    = folder + "/apisix.yaml"
)

// gateway is APISIX with the learner's files.
type gateway struct {
	settings settings
	table    table
	text     string // of apisix.yaml
}

func read(t *check.T) *gateway {
	t.Step("read %s and %s, strictly", settingsFile, tableFile)
	g := &gateway{}
	decode(t, settingsFile, &g.settings)
	g.text = decode(t, tableFile, &g.table)
	return g
}

func decode(t *check.T, name string, into any) string {
	text, err := os.ReadFile(filepath.Join(t.Dir(), name))
	if err == nil {
		err = yaml.UnmarshalStrict(text, into)
	}
	if err != nil {
		t.Fail(check.Failure{
			ID: "unknown-key", Sentence: name + " has what APISIX, or this lesson, does not know", Expected: "the keys of the lesson's table, spelled as there, each once",
			Seen: strings.ReplaceAll(err.Error(), t.Dir()+string(filepath.Separator), ""),
			Why:  "APISIX starts all the same: it leaves out the route, or ignores the key of a plugin, and says so in its log alone",
		})
	}
	return string(text)
}

var reference = regexp.MustCompile(`\$env://([A-Za-z_][A-Za-z0-9_]*)`)

// files judges whether all of the two files has an effect, and that nothing else has.
func files(t *check.T, g *gateway) {
	t.Step("look for what APISIX would ignore")
	lines := strings.Split(strings.TrimRight(g.text, "\n"), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	t.True(last == "#END", check.Failure{
		ID: "end", Sentence: "APISIX does not load " + tableFile, Expected: "#END as its last line", Seen: last,
		Why: "by this line it knows that the file is written to its end; without it there is no route at all",
	})
	g.loadsPlugins(t)
	for _, match := range reference.FindAllStringSubmatch(g.text, -1) {
		t.True(slices.Contains(g.settings.Nginx.Envs, match[1]), check.Failure{
			ID: "environment", Sentence: "APISIX does not see the variable " + match[1], Expected: match[1] + " in nginx_config.envs", Seen: fmt.Sprint(g.settings.Nginx.Envs),
			Why: "nginx clears the environment of its workers; the value would be the text $env://" + match[1],
		})
	}
	d := g.settings.Deployment
	t.True(d.Role == "data_plane" && d.RoleDataPlane.ConfigProvider == "yaml", check.Failure{
		ID: "provider", Sentence: "APISIX does not read its routes from " + tableFile, Expected: "role data_plane, and config_provider yaml for it",
		Seen: fmt.Sprintf("role %q, role_data_plane.config_provider %q", d.Role, d.RoleDataPlane.ConfigProvider),
		Why:  "in the other roles the routes are in etcd, and what has been reviewed in this repository is not what runs",
	})
	admin := g.settings.APISIX.EnableAdmin
	t.True(admin != nil && !*admin, check.Failure{
		ID: "admin", Sentence: "the admin API is on", Expected: "apisix.enable_admin: false", Seen: map[bool]string{true: "it is not set, and on by default", false: "it is true"}[admin == nil],
		Why: "a request to /apisix/admin/routes then adds a route to any address, with code that APISIX runs; the default key of old versions is known to everyone",
	})
	g.refersWell(t)
}

func (g *gateway) loadsPlugins(t *check.T) {
	used := map[string]string{}
	if len(g.table.Consumers) > 0 {
		used["jwt-auth"] = "the consumers"
	}
	for _, rule := range g.table.GlobalRules {
		for _, name := range rule.Plugins.names() {
			used[name] = "the global rule " + rule.ID
		}
	}
	for i := range g.table.Routes {
		for _, name := range g.table.Routes[i].Plugins.names() {
			used[name] = "the route " + g.table.Routes[i].ID
		}
	}
	for name, by := range used {
		t.True(slices.Contains(g.settings.Plugins, name), check.Failure{
			ID: "plugin", Sentence: fmt.Sprintf("the plugin %s is not loaded", name), Expected: name + " in plugins of " + settingsFile + ", because " + by + " use it", Seen: fmt.Sprint(g.settings.Plugins),
			Why: "APISIX logs an unknown plugin once, at its start. The route is left out, or it works without its token or its limit",
		})
	}
}

// refersWell requires that ids are unique and exist.
func (g *gateway) refersWell(t *check.T) {
	ids := map[string]bool{}
	reject := func(ok bool, what, expected, seen string) {
		t.True(ok, check.Failure{
			ID: "reference", Sentence: "APISIX does not take " + what, Expected: expected, Seen: seen, Why: "what is left out does not answer, and only the log says so",
		})
	}
	for i := range g.table.Routes {
		r := &g.table.Routes[i]
		what := "the route " + r.ID
		reject(r.ID != "" && !ids[r.ID], what, "an id of its own", fmt.Sprintf("%q", r.ID))
		ids[r.ID] = true
		reject(len(r.paths()) > 0, what, "uri or uris", "neither")
		reject(g.upstream(r.UpstreamID) != nil, what, "upstream_id names an upstream", fmt.Sprintf("%q", r.UpstreamID))
		for _, path := range r.paths() {
			reject(strings.HasPrefix(path, "/") && !strings.Contains(strings.TrimSuffix(path, "*"), "*"), what, "a path that begins with / and has no * but at its end", path)
		}
		for _, method := range r.Methods {
			reject(slices.Contains([]string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"}, method), what, "methods in capital letters", method)
		}
	}
}

func (g *gateway) upstream(id string) *upstream {
	for i := range g.table.Upstreams {
		if g.table.Upstreams[i].ID == id {
			return &g.table.Upstreams[i]
		}
	}
	return nil
}

// names returns the plugins that are set.
func (p plugins) names() (names []string) {
	raw, _ := json.Marshal(p)
	var all map[string]json.RawMessage
	_ = json.Unmarshal(raw, &all)
	for name, value := range all {
		if string(value) != "null" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
