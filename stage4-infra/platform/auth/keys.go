package auth

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// KeyID returns the kid of a key: the first 16 hex digits of the SHA-256 of its PKIX form.
func KeyID(key ed25519.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("encode public key: %w", err)
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])[:16], nil
}

// parsePublicKeys reads a bundle of PEM blocks into a map by kid. A bundle may hold several keys, so that keys can be rotated without an
// outage.
func parsePublicKeys(bundle string) (map[string]ed25519.PublicKey, error) {
	keys := make(map[string]ed25519.PublicKey)
	rest := []byte(unescape(bundle))
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read a %s block: %w", block.Type, err)
		}
		key, ok := parsed.(ed25519.PublicKey)
		if !ok {
			return nil, fmt.Errorf("a key is %T, want Ed25519", parsed)
		}
		kid, err := KeyID(key)
		if err != nil {
			return nil, err
		}
		keys[kid] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("has no PEM block with a public key")
	}
	return keys, nil
}

func parsePrivateKey(text string) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode([]byte(unescape(text)))
	if block == nil {
		return nil, errors.New("has no PEM block")
	}
	// The parser's own error could quote the key.
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("not a PKCS #8 key")
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the key is %T, want Ed25519", parsed)
	}
	return key, nil
}

// unescape supports environments that cannot hold line breaks and write \n instead.
func unescape(text string) string { return strings.ReplaceAll(text, `\n`, "\n") }
