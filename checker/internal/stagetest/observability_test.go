package stagetest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// composeFile is what these tests read of compose.yaml.
type composeFile struct {
	Services map[string]struct {
		Image    string
		Profiles []string
		Ports    []string
		Volumes  []string
	}
}

func (s stage) compose(t *testing.T) (c composeFile) {
	t.Helper()
	s.readYAML(t, "compose.yaml", &c)
	require.NotEmpty(t, c.Services)
	return c
}

func (s stage) readYAML(t *testing.T, name string, into any) {
	t.Helper()
	require.NoError(t, yaml.Unmarshal([]byte(s.read(t, name)), into), name)
}

func TestCompose_Servers_ArePinnedAndListenOnLoopbackOnly(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		for name, service := range s.compose(t).Services {
			assert.Regexp(t, `:v?[\w.-]*\d[\w.-]*$`, service.Image, "%s: the image has no version", name)
			for _, port := range service.Ports {
				assert.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s: port %s is open to other machines", name, port)
			}
			for _, volume := range service.Volumes {
				source, _, _ := strings.Cut(volume, ":")
				// make observe creates what is in .stagecraft.
				if strings.HasPrefix(source, ".") && !strings.HasPrefix(source, "../.stagecraft/") {
					_, err := os.Stat(filepath.Join(s.dir, source))
					assert.NoError(t, err, "%s: Docker would create an empty directory", name)
				}
			}
		}
	})
}

func TestCompose_ObservabilityProfile_IsComplete(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		var servers []string
		for name, service := range s.compose(t).Services {
			if slices.Contains(service.Profiles, "observability") {
				servers = append(servers, name)
			}
		}
		want := []string{"collector", "prometheus", "tempo", "loki", "grafana"}
		if _, err := os.Stat(filepath.Join(s.dir, "observability/alertmanager.yaml")); err == nil {
			want = append(want, "alertmanager")
		}
		assert.ElementsMatch(t, want, servers)
	})
}

func TestObservability_EveryConfiguration_IsYAML(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		for _, pattern := range []string{"observability/*.yaml", "observability/grafana/*/*.yaml"} {
			files, err := filepath.Glob(filepath.Join(s.dir, pattern))
			require.NoError(t, err)
			require.NotEmpty(t, files, pattern)
			for _, file := range files {
				name, err := filepath.Rel(s.dir, file)
				require.NoError(t, err)
				var content map[string]any
				s.readYAML(t, name, &content)
				assert.NotEmpty(t, content, name)
			}
		}
	})
}

func TestCollector_EachPipeline_UsesWhatIsDefined(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		var collector struct {
			Receivers, Processors, Exporters map[string]any
			Service                          struct {
				Pipelines map[string]struct{ Receivers, Processors, Exporters []string }
			}
		}
		s.readYAML(t, "observability/collector.yaml", &collector)
		require.Len(t, collector.Service.Pipelines, 2)
		for name, pipeline := range collector.Service.Pipelines {
			assert.Subset(t, slices.Collect(maps.Keys(collector.Receivers)), pipeline.Receivers, name)
			assert.Subset(t, slices.Collect(maps.Keys(collector.Processors)), pipeline.Processors, name)
			assert.Subset(t, slices.Collect(maps.Keys(collector.Exporters)), pipeline.Exporters, name)
		}
	})
}

// Every host in the configurations is a server of compose.yaml, which listens on the port.
func TestObservability_EveryAddress_IsThatOfAServer(t *testing.T) {
	server := regexp.MustCompile(`\b([a-z]+):(\d{4})\b`)
	eachStage(t, func(t *testing.T, s stage) {
		running := s.compose(t).Services
		for _, file := range []string{"observability/collector.yaml", "observability/grafana/datasources/shop.yaml"} {
			addresses := server.FindAllStringSubmatch(s.read(t, file), -1)
			require.NotEmpty(t, addresses, file)
			for _, address := range addresses {
				require.Contains(t, running, address[1], "%s names %s", file, address[0])
				listens := s.read(t, "observability/"+address[1]+".yaml") + strings.Join(running[address[1]].Ports, " ")
				assert.Regexp(t, `[: ]`+address[2]+`\b`, listens, "%s names %s", file, address[0])
			}
		}
	})
}

// The ports are in run.sh, which passes them to the services, and in prometheus.yaml.
func TestPrometheus_Targets_AreTheServicesOfTheRunScript(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) { s.assertScrapesWhatRuns(t) })
}

func (s stage) assertScrapesWhatRuns(t *testing.T) {
	t.Helper()
	var prometheus struct {
		Scrapes []struct {
			Static []struct {
				Targets []string
				Labels  map[string]string
			} `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	s.readYAML(t, "observability/prometheus.yaml", &prometheus)
	var scraped, names []string
	for _, static := range prometheus.Scrapes[0].Static {
		scraped = append(scraped, strings.TrimPrefix(static.Targets[0], "host.docker.internal:"))
		names = append(names, static.Labels["service"])
	}
	var served []string
	for _, port := range regexp.MustCompile(`METRICS_ADDR="?[^ ]*:(\d+)`).FindAllStringSubmatch(s.read(t, "compose/run.sh"), -1) {
		served = append(served, port[1])
	}
	assert.ElementsMatch(t, s.services, names)
	assert.ElementsMatch(t, served, scraped)
}

func TestGrafana_EveryDatasourceOfTheDashboard_IsDefined(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		const file = "observability/grafana/datasources/shop.yaml"
		var sources struct{ Datasources []struct{ UID string } }
		s.readYAML(t, file, &sources)
		known := make(map[string]bool)
		for _, source := range sources.Datasources {
			known[source.UID] = true
		}
		for _, name := range s.dashboards(t) {
			var dashboard any
			require.NoError(t, json.Unmarshal([]byte(s.read(t, name)), &dashboard))
			used := uids(dashboard)
			require.NotEmpty(t, used)
			for _, uid := range used {
				assert.True(t, known[uid], "%s reads from %q", name, uid)
			}
		}
		for _, link := range regexp.MustCompile(`datasourceUid: (\w+)`).FindAllStringSubmatch(s.read(t, file), -1) {
			assert.True(t, known[link[1]], "a datasource links to %q", link[1])
		}
	})
}

// There is no light parser of LogQL, so only the form is checked: a selector by service, and filters of fields that every line has.
func TestGrafana_QueriesOfLogs_SelectByService(t *testing.T) {
	form := regexp.MustCompile(`^\{service_name=~?"[^"]+"\}( \| json)?( \| (level|event)=~?"[^"]+")*$`)
	eachStage(t, func(t *testing.T, s stage) {
		found := 0
		for _, name := range s.dashboards(t) {
			var dashboard struct {
				Panels []struct {
					Type    string
					Targets []struct{ Expr string }
				}
			}
			require.NoError(t, json.Unmarshal([]byte(s.read(t, name)), &dashboard))
			for _, panel := range dashboard.Panels {
				for _, target := range panel.Targets {
					if panel.Type == "logs" {
						found++
						assert.Regexp(t, form, target.Expr, name)
					}
				}
			}
		}
		assert.Positive(t, found)
	})
}

// dashboards returns the names of the files.
func (s stage) dashboards(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "observability/grafana/dashboards/*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name, err := filepath.Rel(s.dir, file)
		require.NoError(t, err)
		names = append(names, name)
	}
	return names
}

// uids collects the uid of every datasource below a value.
func uids(value any) (found []string) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			found = append(found, uids(element)...)
		}
	case map[string]any:
		if source, ok := value["datasource"].(map[string]any); ok {
			found = append(found, source["uid"].(string))
		}
		for _, element := range value {
			found = append(found, uids(element)...)
		}
	}
	return found
}
