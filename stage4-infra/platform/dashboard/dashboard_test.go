package dashboard_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/dashboard"
)

func TestGenerate_Panels_DoNotOverlapAndLeadToLogs(t *testing.T) {
	t.Parallel()
	files, err := dashboard.Generate([]byte(`
- name: d
  title: D
  rows:
    - title: one
      panels:
        - {title: a, queries: {"{{service}}": up, "of {{queue}}": down}}
        - {title: b, queries: {b: up}}
        - {title: c, queries: {c: up}}
        - {title: d, queries: {d: up}}
    - {title: two, panels: [{title: e, logs: '{service_name="order"}'}]}
`))
	require.NoError(t, err)
	var model struct {
		Panels []struct {
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ RefID, LegendFormat, Expr string }

			FieldConfig struct{ Defaults struct{ Links []any } }
		}
	}
	require.NoError(t, json.Unmarshal(files["d.json"], &model))
	taken := map[[2]int]string{}
	for _, p := range model.Panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				require.Empty(t, taken[[2]int{x, y}], "%s covers another panel", p.Title)
				require.Less(t, x, 24, p.Title)
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	a := model.Panels[1]
	assert.Equal(t, "{{service}} of {{queue}}", a.Targets[0].LegendFormat+" "+a.Targets[1].LegendFormat, "the order of the declaration")
	assert.Equal(t, "AB", a.Targets[0].RefID+a.Targets[1].RefID)
	assert.Len(t, a.FieldConfig.Defaults.Links, 1)
	assert.Empty(t, model.Panels[2].FieldConfig.Defaults.Links, "without a service there are no logs to lead to")
}

func TestGenerate_Mistake_IsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"- {name: d, colour: red}",
		"- {name: d, rows: [{title: r, panels: [{title: p}]}]}",
		"- {name: d, rows: [{title: r, panels: [{title: p, queries: [up]}]}]}",
	} {
		_, err := dashboard.Generate([]byte(text))
		assert.Error(t, err, text)
	}
}
