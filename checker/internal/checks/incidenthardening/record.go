package incidenthardening

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// record is what the recorded incident says, in the words of the postmortem.
type record struct {
	start, detection, mitigation, end time.Time
	failed, lost, doubled             int
	pagedBy, runbook                  string
}

// readRecord reads the files that the learner got. It returns an error when they contradict each other.
func readRecord(dir string) (r record, err error) {
	var logged int
	if logged, err = r.readLogs(filepath.Join(dir, "logs.jsonl")); err != nil {
		return r, err
	}
	if err := r.readAlerts(filepath.Join(dir, "alerts.jsonl")); err != nil {
		return r, err
	}
	if err := r.readOrders(filepath.Join(dir, "orders.csv")); err != nil {
		return r, err
	}
	refused, err := r.readMetrics(filepath.Join(dir, "metrics.csv"))
	switch {
	case err != nil:
		return r, err
	case logged+refused != r.failed:
		return r, fmt.Errorf("%s: %d requests failed, %d are in the log and %d were refused", dir, r.failed, logged, refused)
	case !r.start.Before(r.detection) || !r.detection.Before(r.mitigation) || !r.mitigation.Before(r.end):
		return r, fmt.Errorf("%s: the times are not in order: %v", dir, r)
	}
	return r, nil
}

// readLogs finds the first failed request of the incident and the start of the gateway that ended the failures. logged are the failed
// requests that have a line; those that were refused at the door have none.
func (r *record) readLogs(file string) (logged int, err error) {
	return logged, lines(file, func(raw []byte) error {
		var line struct {
			Time    time.Time `json:"ts"`
			Event   string    `json:"event"`
			Service string    `json:"service"`
			Status  any       `json:"status"` // of a saga it is a word
		}
		if err := json.Unmarshal(raw, &line); err != nil {
			return err
		}
		status, _ := line.Status.(float64)
		switch {
		case line.Time.Hour() < 8: // the night before
		case line.Event == "gateway.request.handled" && status >= 500:
			logged++
			if r.start.IsZero() {
				r.start = line.Time
			}
		case line.Event == "gateway.service.started":
			r.mitigation = line.Time
		}
		return nil
	})
}

// readAlerts finds the first page.
func (r *record) readAlerts(file string) error {
	return lines(file, func(raw []byte) error {
		var alert struct {
			At                      time.Time
			Alert, Status, Severity string
			Runbook                 string `json:"runbook_url"`
		}
		if err := json.Unmarshal(raw, &alert); err != nil {
			return err
		}
		if r.detection.IsZero() && alert.Severity == "page" && alert.Status == "firing" {
			r.detection, r.pagedBy, r.runbook = alert.At, alert.Alert, alert.Runbook
		}
		return nil
	})
}

// readOrders counts the orders that the shop gave up, and those that cost more than their total.
func (r *record) readOrders(file string) error {
	return table(file, func(row map[string]string) error {
		ended, err := time.Parse(time.RFC3339, row["ended_at"])
		if err != nil {
			return err
		}
		if row["cancellation"] == "UNCERTAIN" {
			r.lost++
			if ended.After(r.end) {
				r.end = ended
			}
		}
		due := number(row["total"])
		if row["status"] == "CANCELLED" {
			due = 0
		}
		if number(row["taken"])-number(row["returned"]) > due {
			r.doubled++
		}
		return nil
	})
}

// readMetrics adds up the failures. The counter of the gateway begins at 0 again when it is started. refused are those of the limiter.
func (r *record) readMetrics(file string) (refused int, err error) {
	failures, sheds := counter{}, counter{}
	err = table(file, func(row map[string]string) error {
		failures.sample(row["gateway_requests_5xx_total"])
		sheds.sample(row["gateway_overload_shed_total"])
		return nil
	})
	r.failed = failures.increase
	return sheds.increase, err
}

// counter is a series of samples of a counter that may begin anew.
type counter struct {
	known          bool
	last, increase int
}

func (c *counter) sample(text string) {
	if text == "" { // the process was down
		return
	}
	n := number(text)
	switch {
	case !c.known:
		c.known = true
	case n >= c.last:
		c.increase += n - c.last
	default:
		c.increase += n
	}
	c.last = n
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func lines(file string, each func(raw []byte) error) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		if err := each([]byte(line)); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func table(file string, each func(row map[string]string) error) error {
	source, err := os.Open(file)
	if err != nil {
		return err
	}
	defer source.Close()
	rows, err := csv.NewReader(source).ReadAll()
	if err != nil {
		return err
	}
	for _, values := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			row[name] = values[i]
		}
		if err := each(row); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}
