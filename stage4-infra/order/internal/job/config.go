package job

import (
	"errors"
	"fmt"

	"github.com/robfig/cron/v3"

	"shop/order/internal/usecase"
	"shop/platform/job"
	"shop/platform/objectstore"
)

// Config is what the environment says about jobs. Without an object store the service does everything else.
type Config struct {
	Store       objectstore.Config
	Jobs        job.Config
	Run         usecase.RunJobConfig
	SalesReport usecase.SalesReportConfig
	// Schedule is when the report of the day before is made: minute, hour, day, month, weekday, in UTC.
	Schedule string `env:"SALES_REPORT_SCHEDULE" default:"5 0 * * *"`
}

// Enabled tells whether the service runs jobs.
func (c *Config) Enabled() bool { return c.Store.Endpoint != "" }

// Validate refuses a schedule that cannot be read, and an incomplete configuration of what jobs need: the service would look as if it
// made reports.
func (c *Config) Validate() error {
	if _, err := cron.ParseStandard(c.Schedule); err != nil {
		return fmt.Errorf("SALES_REPORT_SCHEDULE is %q, want five fields such as 5 0 * * *", c.Schedule)
	}
	set := 0
	values := []string{c.Store.Endpoint, c.Store.AccessKey, c.Store.SecretKey.Reveal(), c.Store.Bucket}
	for _, value := range values {
		if value != "" {
			set++
		}
	}
	if set != 0 && set != len(values) {
		return errors.New("S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY and S3_BUCKET must be set together, or none of them")
	}
	return nil
}
