package usecase

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/job"
)

const (
	salesReportJob = "daily_sales_report"
	reportType     = "text/csv; charset=utf-8"
)

// SalesReportConfig is the part of the environment that is about the daily sales report.
type SalesReportConfig struct {
	// Grace is how long after midnight a day counts as over. By then payments that were being written at midnight are in the database,
	// including those of a replica whose clock is slow.
	Grace time.Duration `env:"SALES_REPORT_GRACE" default:"1m"`
	// TopSKUs is how many SKUs of each currency are in the report.
	TopSKUs int `env:"SALES_REPORT_TOP_SKUS" default:"100"`
}

// Validate refuses a report of no SKUs or too many.
func (c *SalesReportConfig) Validate() error {
	if c.TopSKUs < 1 || c.TopSKUs > 10_000 {
		return errors.New("SALES_REPORT_TOP_SKUS must be from 1 to 10000")
	}
	return nil
}

// Reports stores reports under their keys, each completely or not at all.
type Reports interface {
	Put(ctx context.Context, key, contentType string, content []byte) error
}

// SalesReport makes the report of a day. Its key depends only on the day, and its content only on the orders, so that running it twice
// gives the same file. TopSKUs and the number of cancellation codes limit its length, so it is made in memory, and its size and checksum
// are known before it is sent.
type SalesReport struct {
	cfg     SalesReportConfig
	sales   query.QueryService
	reports Reports
}

// NewSalesReport returns the use case.
func NewSalesReport(cfg SalesReportConfig, sales query.QueryService, reports Reports) *SalesReport {
	return &SalesReport{cfg: cfg, sales: sales, reports: reports}
}

// Job returns the report as a job whose windows are days.
func (u *SalesReport) Job() job.Job {
	return job.Job{
		Name:   salesReportJob,
		Latest: func(now time.Time) string { return query.DayBefore(now.Add(-u.cfg.Grace)).String() },
		Run: func(ctx context.Context, window string) (any, error) {
			day, err := query.ParseDay(window)
			if err != nil {
				return nil, err
			}
			return u.Execute(ctx, day)
		},
	}
}

// Execute stores the report of a day that is over, and returns where it is.
func (u *SalesReport) Execute(ctx context.Context, day query.Day) (dto.ReportFile, error) {
	sales, err := u.sales.Sales(ctx, day, u.cfg.TopSKUs)
	if err != nil {
		return dto.ReportFile{}, fmt.Errorf("compute sales of %s: %w", day, err)
	}
	content, err := salesCSV(sales)
	if err != nil {
		return dto.ReportFile{}, fmt.Errorf("write sales of %s: %w", day, err)
	}
	key := "reports/daily-sales/" + day.String() + ".csv"
	if err := u.reports.Put(ctx, key, reportType, content); err != nil {
		return dto.ReportFile{}, fmt.Errorf("store sales of %s: %w", day, err)
	}
	sum := sha256.Sum256(content)
	return dto.ReportFile{Key: key, Bytes: len(content), SHA256: hex.EncodeToString(sum[:])}, nil
}
