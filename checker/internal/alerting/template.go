package alerting

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
)

// names are what templates may use.
const names = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}"

// expand fills in the template of a label or annotation.
func (e *evaluation) expand(ctx context.Context, text string, v value) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	data := template.AlertTemplateData(v.labels.Map(), nil, "", promql.Sample{T: v.T, F: v.F, Metric: v.labels})
	expanded, err := template.NewTemplateExpander(ctx, names+text, "alert", data, model.Time(v.T), e.query, &url.URL{}, nil).Expand()
	if err != nil {
		return fmt.Sprintf("<error expanding template: %v>", err)
	}
	return expanded
}

// query answers the queries of templates.
func (e *evaluation) query(ctx context.Context, expr string, at time.Time) (promql.Vector, error) {
	query, err := e.engine.NewInstantQuery(ctx, e.series, nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer query.Close()
	return query.Exec(ctx).Vector()
}
