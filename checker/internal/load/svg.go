package load

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
)

//go:embed report.svg.tmpl
var svgText string

var svgTemplate = template.Must(template.New("report.svg").Parse(svgText))

// The drawing has two panels of the same width, one above the other.
const (
	svgLeft, svgRight = 90.0, 830.0
	svgTop1, svgLow1  = 90.0, 330.0
	svgTop2, svgLow2  = 400.0, 600.0
)

type svgTick struct {
	At   float64
	Text string
}

type svgLine struct {
	Class, Name string
	Points      string
	Dots        [][2]float64
	LegendX     float64
}

type svgPicture struct {
	Title, Subtitle string
	X               []svgTick
	LatencyY, RateY []svgTick
	Latency, Rates  []svgLine
	Goal            float64
	GoalText        string
	Knee            float64 // 0 for none
	KneeText        string
	KneeAnchor      string
	KneeTextX       float64
	Ideal           string
}

// WriteSVG draws latency and goodput over the offered rate. The colors follow the reader's light or dark mode.
func (r Report) WriteSVG(out io.Writer) error {
	if err := svgTemplate.Execute(out, r.picture()); err != nil {
		return fmt.Errorf("draw the load report: %w", err)
	}
	return nil
}

func (r Report) picture() svgPicture {
	steps := slices.Clone(r.Steps)
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.OfferedRate, b.OfferedRate) })
	mostRate, mostLatency := 1.0, r.Goals.P99
	for _, s := range steps {
		mostRate = max(mostRate, s.OfferedRate)
		mostLatency = max(mostLatency, s.Latency.P999)
	}
	x := func(rate float64) float64 { return svgLeft + rate/(mostRate*1.05)*(svgRight-svgLeft) }
	decades := math.Ceil(math.Log10(mostLatency * 1.2))
	latencyY := func(ms float64) float64 {
		return svgLow1 - math.Log10(max(ms, 1))/decades*(svgLow1-svgTop1)
	}
	rateY := func(rate float64) float64 { return svgLow2 - rate/(mostRate*1.05)*(svgLow2-svgTop2) }

	p := svgPicture{
		Title:    "Load test of " + r.Target,
		Subtitle: fmt.Sprintf("%s · open loop, constant arrival rate · seed %d", r.Started.Format("2006-01-02 15:04 UTC"), r.Seed),
		Goal:     latencyY(r.Goals.P99), GoalText: fmt.Sprintf("goal p99 ≤ %.0f ms", r.Goals.P99),
		Ideal: fmt.Sprintf("%.1f,%.1f %.1f,%.1f", x(0), rateY(0), x(mostRate), rateY(mostRate)),
	}
	for _, rate := range ticks(mostRate) {
		p.X = append(p.X, svgTick{x(rate), fmt.Sprintf("%g", rate)})
		p.RateY = append(p.RateY, svgTick{rateY(rate), fmt.Sprintf("%g", rate)})
	}
	for power := range int(decades) + 1 {
		ms := math.Pow10(power)
		p.LatencyY = append(p.LatencyY, svgTick{latencyY(ms), fmt.Sprintf("%g", ms)})
	}
	if r.Knee != nil {
		p.Knee, p.KneeText, p.KneeAnchor, p.KneeTextX = x(r.Knee.Rate), fmt.Sprintf("knee %.0f/s", r.Knee.Rate), "start", x(r.Knee.Rate)+6
		if p.Knee > svgRight-90 {
			p.KneeAnchor, p.KneeTextX = "end", p.Knee-6
		}
	}
	line := func(class, name string, legend int, value func(Step) float64) svgLine {
		l := svgLine{Class: class, Name: name, LegendX: svgLeft + 10 + float64(legend)*120}
		for i, s := range steps {
			at := [2]float64{x(s.OfferedRate), value(s)}
			l.Dots = append(l.Dots, at)
			// A rate that was measured twice has two dots; the line passes through the later one, which decided.
			if i+1 == len(steps) || steps[i+1].OfferedRate != s.OfferedRate {
				l.Points += fmt.Sprintf("%.1f,%.1f ", at[0], at[1])
			}
		}
		return l
	}
	p.Latency = []svgLine{
		line("c1", "p50", 0, func(s Step) float64 { return latencyY(s.Latency.P50) }),
		line("c2", "p90", 1, func(s Step) float64 { return latencyY(s.Latency.P90) }),
		line("c3", "p99", 2, func(s Step) float64 { return latencyY(s.Latency.P99) }),
		line("c4", "p99.9", 3, func(s Step) float64 { return latencyY(s.Latency.P999) }),
	}
	p.Rates = []svgLine{
		line("c4", "all answers", 1, func(s Step) float64 { return rateY(s.Throughput) }),
		line("c1", "goodput", 0, func(s Step) float64 { return rateY(s.Goodput) }),
	}
	return p
}

// ticks are about six round numbers from 0 to most.
func ticks(most float64) []float64 {
	step := math.Pow10(int(math.Floor(math.Log10(most / 5))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if most/(step*factor) <= 7 {
			step *= factor
			break
		}
	}
	var all []float64
	for at := 0.0; at <= most; at += step {
		all = append(all, at)
	}
	return all
}
