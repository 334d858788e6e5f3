package objectstore

import (
	"errors"
	"time"

	"stagecraft/stage1-mvp/platform/config"
)

// Config is what the environment says about a store that speaks the S3 API.
type Config struct {
	// Endpoint is host:port, empty where no store is used.
	Endpoint  string        `env:"S3_ENDPOINT" optional:"true"`
	AccessKey string        `env:"S3_ACCESS_KEY" optional:"true"`
	SecretKey config.Secret `env:"S3_SECRET_KEY" optional:"true"`
	Bucket    string        `env:"S3_BUCKET" optional:"true"`
	Region    string        `env:"S3_REGION" default:"us-east-1"`
	TLS       bool          `env:"S3_TLS" default:"true"`
	// CreateBucket creates the bucket when it is missing; for development. Elsewhere buckets belong to whoever manages the store.
	CreateBucket bool `env:"S3_CREATE_BUCKET" default:"false"`
	// Timeout bounds one upload.
	Timeout time.Duration `env:"S3_TIMEOUT" default:"10s"`
}

// Validate refuses uploads without time.
func (c *Config) Validate() error {
	if c.Timeout <= 0 {
		return errors.New("S3_TIMEOUT must be positive")
	}
	return nil
}
