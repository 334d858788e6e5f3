package job

import (
	"errors"

	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/job"
	"stagecraft/stage1-mvp/platform/objectstore"
	"stagecraft/stage1-mvp/platform/redis"
)

// Config is what the environment says about jobs. Without Redis and an object store the service does everything else.
type Config struct {
	Redis       redis.Config
	Store       objectstore.Config
	Jobs        job.Config
	Run         usecase.RunJobConfig
	SalesReport usecase.SalesReportConfig
}

// Enabled tells whether the service runs jobs.
func (c *Config) Enabled() bool { return c.Redis.URL != "" }

// Validate refuses an incomplete configuration of what jobs need: the service would look as if it made reports.
func (c *Config) Validate() error {
	set := 0
	values := []string{c.Redis.URL.Reveal(), c.Store.Endpoint, c.Store.AccessKey, c.Store.SecretKey.Reveal(), c.Store.Bucket}
	for _, value := range values {
		if value != "" {
			set++
		}
	}
	if set != 0 && set != len(values) {
		return errors.New("REDIS_URL, S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY and S3_BUCKET must be set together, or none of them")
	}
	return nil
}
