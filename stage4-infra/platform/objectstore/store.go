// Package objectstore stores files through the S3 API, such as MinIO.
package objectstore

import (
	"bytes"
	"context"
	"fmt"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Store is one bucket.
type Store struct {
	cfg    Config
	client *minio.Client
}

// New returns a Store. It does not connect yet.
func New(cfg Config) (*Store, error) {
	client, err := minio.New(cfg.Endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey.Reveal(), ""),
		Secure: cfg.TLS,
		Region: cfg.Region,
		// The caller decides whether to try an upload again.
		MaxRetries: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("use object store at %s: %w", cfg.Endpoint, err)
	}
	return &Store{cfg: cfg, client: client}, nil
}

// Put stores content under the key, completely or not at all, and replaces what was there. The store verifies its checksum on arrival.
func (s *Store) Put(ctx context.Context, key, contentType string, content []byte) (err error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	ctx, span := otel.Tracer("stagecraft/objectstore").Start(ctx, "objectstore.put", trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("bucket", s.cfg.Bucket), attribute.String("key", key), attribute.Int("size", len(content))))
	defer func() {
		if err != nil {
			span.SetStatus(codes.Error, err.Error())
		}
		span.End()
	}()
	err = s.put(ctx, key, contentType, content)
	if s.cfg.CreateBucket && minio.ToErrorResponse(err).Code == minio.NoSuchBucket {
		if err := s.createBucket(ctx); err != nil {
			return err
		}
		err = s.put(ctx, key, contentType, content)
	}
	if err != nil {
		return fmt.Errorf("put %s into bucket %s at %s: %w", key, s.cfg.Bucket, s.cfg.Endpoint, err)
	}
	return nil
}

func (s *Store) put(ctx context.Context, key, contentType string, content []byte) error {
	_, err := s.client.PutObject(ctx, s.cfg.Bucket, key, bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{
		ContentType: contentType, SendContentMd5: true, DisableMultipart: true,
	})
	return err
}

func (s *Store) createBucket(ctx context.Context) error {
	err := s.client.MakeBucket(ctx, s.cfg.Bucket, minio.MakeBucketOptions{Region: s.cfg.Region})
	if err != nil && minio.ToErrorResponse(err).Code != minio.BucketAlreadyOwnedByYou {
		return fmt.Errorf("create bucket %s: %w", s.cfg.Bucket, err)
	}
	return nil
}
