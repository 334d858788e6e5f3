// Package dashboard writes Grafana's dashboards from a short declaration, so that all have the same look, links and units.
package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// declaration is one dashboard.
type declaration struct {
	Name, Title string
	// Service is a metric that every service of the choice $service has; without it there is no choice.
	Service string
	Time    string
	Rows    []struct {
		Title  string
		Panels []panel
	}
}

type panel struct {
	Title, Help, Unit string
	Exemplars         bool
	// Queries are the PromQL expressions, by the legend of their series, in their order.
	Queries yaml.Node
	// Logs is a LogQL query, instead of Queries.
	Logs string
}

// Grafana's grid has 24 columns: three panels beside each other.
const (
	width, height = 8, 8
	columns       = 24
)

type object map[string]any

var (
	prometheus = object{"type": "prometheus", "uid": "prometheus"}
	loki       = object{"type": "loki", "uid": "loki"}
)

// logsOfSeries leads from a point of a series to the log lines of its service at that time.
const logsOfSeries = `/explore?schemaVersion=1&orgId=1&panes=` +
	`%7B%22logs%22:%7B%22datasource%22:%22loki%22,%22queries%22:%5B%7B%22refId%22:%22A%22,` +
	`%22expr%22:%22%7Bservice_name%3D%5C%22${__field.labels.service}%5C%22%7D%22%7D%5D,` +
	`%22range%22:%7B%22from%22:%22${__from}%22,%22to%22:%22${__to}%22%7D%7D%7D`

// Generate returns the JSON of each dashboard by the name of its file.
func Generate(text []byte) (map[string][]byte, error) {
	var declared []declaration
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&declared); err != nil {
		return nil, fmt.Errorf("read the declaration of dashboards: %w", err)
	}
	files := make(map[string][]byte, len(declared))
	for _, d := range declared {
		model, err := d.model()
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", d.Name, err)
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(model); err != nil {
			return nil, err
		}
		files[d.Name+".json"] = out.Bytes()
	}
	return files, nil
}

func (d declaration) model() (object, error) {
	from := d.Time
	if from == "" {
		from = "now-15m"
	}
	variables := []object{}
	if d.Service != "" {
		variables = append(variables, object{
			"name": "service", "label": "Service", "type": "query", "datasource": prometheus, "refresh": 2, "multi": true, "includeAll": true,
			"query":   object{"query": "label_values(" + d.Service + ", service)", "refId": "A"},
			"current": object{"text": []string{"All"}, "value": []string{"$__all"}},
		})
	}
	panels, err := d.panels()
	return object{
		"uid": d.Name, "title": d.Title, "tags": []string{"stagecraft"}, "timezone": "browser", "schemaVersion": 41, "version": 1, "editable": true,
		"refresh": "10s", "time": object{"from": from, "to": "now"}, "templating": object{"list": variables}, "annotations": object{"list": []object{}},
		"links":  []object{{"type": "dashboards", "title": "Dashboards", "tags": []string{"stagecraft"}, "asDropdown": true, "keepTime": true, "includeVars": true}},
		"panels": panels,
	}, err
}

// panels places rows below each other, and the panels of a row from left to right.
func (d declaration) panels() ([]object, error) {
	var all []object
	y := 0
	for _, row := range d.Rows {
		all = append(all, object{
			"id": len(all) + 1, "type": "row", "title": row.Title, "collapsed": false, "panels": []object{},
			"gridPos": object{"h": 1, "w": columns, "x": 0, "y": y},
		})
		y++
		for i, p := range row.Panels {
			if p.Logs != "" {
				all = append(all, p.logs(len(all)+1, y))
				continue
			}
			model, err := p.series(len(all) + 1)
			if err != nil {
				return nil, fmt.Errorf("panel %s: %w", p.Title, err)
			}
			model["gridPos"] = object{"h": height, "w": width, "x": i % 3 * width, "y": y + i/3*height}
			all = append(all, model)
		}
		y += (len(row.Panels) + 2) / 3 * height
	}
	return all, nil
}

func (p panel) series(id int) (object, error) {
	if p.Queries.Kind != yaml.MappingNode || len(p.Queries.Content) == 0 {
		return nil, fmt.Errorf("want queries by their legends, or logs")
	}
	var targets []object
	byService := false
	for i := 0; i < len(p.Queries.Content); i += 2 {
		legend, expr := p.Queries.Content[i].Value, p.Queries.Content[i+1].Value
		byService = byService || strings.Contains(legend, "{{service}}")
		targets = append(targets, object{
			"refId": string(rune('A' + i/2)), "datasource": prometheus, "expr": expr, "legendFormat": legend, "exemplar": p.Exemplars,
		})
	}
	links := []object{}
	if byService {
		links = append(links, object{"title": "Logs of ${__field.labels.service}", "url": logsOfSeries, "targetBlank": true})
	}
	return object{
		"id": id, "type": "timeseries", "title": p.Title, "description": p.Help, "datasource": prometheus, "targets": targets,
		"fieldConfig": object{"overrides": []object{}, "defaults": object{
			"unit": p.Unit, "links": links, "custom": object{"fillOpacity": 10, "showPoints": "never"},
		}},
		"options": object{
			"legend": object{"displayMode": "list", "placement": "bottom"}, "tooltip": object{"mode": "multi", "sort": "desc"},
		},
	}, nil
}

// logs is as wide as the dashboard.
func (p panel) logs(id, y int) object {
	return object{
		"id": id, "type": "logs", "title": p.Title, "description": p.Help, "datasource": loki,
		"gridPos": object{"h": height, "w": columns, "x": 0, "y": y},
		"targets": []object{{"refId": "A", "datasource": loki, "expr": p.Logs}},
		"options": object{"showTime": true, "enableLogDetails": true, "sortOrder": "Descending"},
	}
}
