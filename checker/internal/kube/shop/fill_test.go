package shop

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// The manifests take a variable from wherever their author likes; the value of the run arrives there.
func TestFill_VariablesFromEverywhere_ValuesArrive(t *testing.T) {
	t.Parallel()
	f := &filler{objects: []*unstructured.Unstructured{object(t, `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {DATABASE_URL_FILE: /secrets/database-url}
`), object(t, `
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: shop}
stringData: {cursor: from the manifest}
`), object(t, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: order, namespace: shop}
spec:
  template:
    spec:
      volumes:
      - {name: secrets, secret: {secretName: passwords}}
      - {name: tls, projected: {sources: [{secret: {name: ca, items: [{key: ca.crt, path: ca.pem}]}}, {secret: {name: cert}}]}}
      containers:
      - name: order
        image: registry.example/shop/order@sha256:00
        envFrom: [{configMapRef: {name: settings}}]
        env:
        - {name: CURSOR_SECRET, valueFrom: {secretKeyRef: {name: keys, key: cursor}}}
        - {name: REDIS_URL, value: redis://elsewhere}
        - {name: TLS_CA_FILE, value: /tls/ca.pem}
        - {name: TLS_CERT_FILE, value: /tls/tls.crt}
        volumeMounts: [{name: secrets, mountPath: /secrets}, {name: tls, mountPath: /tls/}]
`)}}
	require.NoError(t, f.eachPod(func(object *unstructured.Unstructured, pod *corev1.PodSpec) error {
		f.fill("shop", pod, &pod.Containers[0], map[string]string{
			"DATABASE_URL": "postgres://", "CURSOR_SECRET": "secret", "REDIS_URL": "redis://", "NEW": "added",
		}, map[string]string{"TLS_CA_FILE": "CA", "TLS_CERT_FILE": "certificate", "TLS_KEY_FILE": "not asked for"})
		return nil
	}))
	for _, want := range []struct{ name, key, value string }{
		{"passwords", "database-url", "postgres://"}, {"keys", "cursor", "secret"}, {"ca", "ca.crt", "CA"}, {"cert", "tls.crt", "certificate"},
	} {
		secret := f.find("Secret", "shop", want.name)
		require.NotNil(t, secret, want.name)
		value, _, _ := unstructured.NestedString(secret.Object, "data", want.key)
		assert.Equal(t, base64.StdEncoding.EncodeToString([]byte(want.value)), value, want.name)
	}
	var env []corev1.EnvVar
	require.NoError(t, f.eachPod(func(_ *unstructured.Unstructured, pod *corev1.PodSpec) error {
		env = pod.Containers[0].Env
		return nil
	}))
	assert.Contains(t, env, corev1.EnvVar{Name: "REDIS_URL", Value: "redis://"})
	assert.Contains(t, env, corev1.EnvVar{Name: "NEW", Value: "added"})
	assert.Len(t, env, 5, "what comes from a file or a Secret is not set a second time")
}

func TestServiceOf_Image_NamesTheService(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]string{
		"order": "order", "ghcr.io/acme/shop/order:1.2": "order", "localhost:5000/shop-gateway@sha256:ab": "gateway", "postgres:17": "", "reorder": "",
	} {
		assert.Equal(t, want, serviceOf(image), image)
	}
}

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	content, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	require.NoError(t, o.UnmarshalJSON(content))
	return o
}
