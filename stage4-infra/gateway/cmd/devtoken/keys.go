package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	usersFile    = "users.pem"
	servicesFile = "services.pem"
	envFile      = "dev.env"
)

// makeKeys writes both keys, and the variables that services need of them, as lines that a shell can read.
func makeKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	users, err := readOrMakeKey(filepath.Join(dir, usersFile))
	if err != nil {
		return err
	}
	services, err := readOrMakeKey(filepath.Join(dir, servicesFile))
	if err != nil {
		return err
	}
	logins, err := devUsers()
	if err != nil {
		return err
	}
	return addVariables(filepath.Join(dir, envFile), [][2]string{
		{"JWT_PUBLIC_KEYS", oneLine(publicPEM(users))},
		{"SERVICE_PUBLIC_KEYS", oneLine(publicPEM(services))},
		{"SERVICE_PRIVATE_KEY", oneLine(privatePEM(services))},
		{"CURSOR_SECRET", rand.Text()},
		{"PAYMENT_API_KEY", rand.Text()},
		{"LOGIN_PRIVATE_KEY", oneLine(privatePEM(users))},
		{"LOGIN_USERS", logins},
	})
}

func readOrMakeKey(path string) (ed25519.PrivateKey, error) {
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if _, key, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return nil, err
	}
	return key, os.WriteFile(path, privatePEM(key), 0o600)
}

func readKey(path string) (ed25519.PrivateKey, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s is not a PEM file", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds a %T, want Ed25519", path, parsed)
	}
	return key, nil
}

// The encoders fail only for unsupported types of keys.
func privatePEM(key ed25519.PrivateKey) []byte {
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func publicPEM(key ed25519.PrivateKey) []byte {
	der, _ := x509.MarshalPKIXPublicKey(key.Public())
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// oneLine writes line breaks as \n, which services understand and every kind of environment file can hold.
func oneLine(text []byte) string { return strings.ReplaceAll(string(text), "\n", `\n`) }
