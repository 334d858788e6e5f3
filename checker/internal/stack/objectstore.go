package stack

import "shop/platform/objectstoretest"

// OpenObjectStore starts an object store in this process, and returns what order must know to keep its reports there. What jobs write is
// gone with the process.
func OpenObjectStore() (store *objectstoretest.Server, environment map[string]string, err error) {
	if store, err = objectstoretest.Start(); err != nil {
		return nil, nil, err
	}
	cfg := store.Config()
	return store, map[string]string{
		"S3_ENDPOINT": cfg.Endpoint, "S3_ACCESS_KEY": cfg.AccessKey, "S3_SECRET_KEY": cfg.SecretKey.Reveal(), "S3_BUCKET": cfg.Bucket,
		"S3_TLS": "false", "S3_CREATE_BUCKET": "true",
	}, nil
}
