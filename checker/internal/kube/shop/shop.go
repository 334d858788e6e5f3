// Package shop deploys a stage to a Kubernetes cluster, with the stage's own manifests: its programs as images, real servers of this
// machine behind them, and keys and certificates of the run in its Secrets.
package shop

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"shop/paymentsim"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/kube"
	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/proc"
	"stagecraft/checker/internal/stack"
)

// Options say what is deployed.
type Options struct {
	// Root is the repository, Dir the stage in it or a copy of one, Manifests a directory with a kustomization.yaml.
	Root, Dir, Manifests string
	// StartDelay and EndpointLag are those of the cluster.
	StartDelay, EndpointLag time.Duration
	// Change may change the manifests before they are applied; may be nil.
	Change func(objects []*unstructured.Unstructured) []*unstructured.Unstructured
	// Port is where the gateway is reached from this machine; any if 0.
	Port int
	// Say takes lines about progress.
	Say func(string)
}

// Shop is a deployed stage.
type Shop struct {
	Cluster *kube.Cluster
	// Infra tells the servers and their versions in one line.
	Infra string
	// Namespace is where the manifests put the shop. Deployments are in the order of the manifests.
	Namespace   string
	Deployments []string
	// Gateway is the address of the gateway on this machine. Each new connection goes to one of its pods.
	Gateway string
	Keys    *stack.Keys

	options      Options
	lease        *infra.Lease
	provider     *paymentsim.Provider
	certificates *stack.Certificates
	objects      []*unstructured.Unstructured
	close        []func()
}

// rolloutTimeout is for a deployment from nothing to the last ready pod.
const rolloutTimeout = 5 * time.Minute

// Deploy builds the stage, leases servers, opens a cluster, applies the manifests and waits until all pods are ready. The caller closes the
// shop. Errors are a *build.Error, an *infra.Fault, a *kube.Refusal or the context's.
func Deploy(ctx context.Context, options Options) (_ *Shop, err error) {
	if options.Say == nil {
		options.Say = func(string) {}
	}
	s := &Shop{options: options}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.objects, err = kube.Render(options.Manifests); err != nil {
		return nil, err
	}
	images, err := s.images(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.openServers(ctx); err != nil {
		return nil, err
	}
	s.Cluster, err = kube.Open(ctx, kube.Options{
		Root: options.Root, Images: images, StartDelay: options.StartDelay, EndpointLag: options.EndpointLag, Say: options.Say,
	})
	if err != nil {
		return nil, err
	}
	s.close = append(s.close, s.Cluster.Close)
	if err := s.configure(ctx); err != nil {
		return nil, err
	}
	if options.Change != nil {
		s.objects = options.Change(s.objects)
	}
	return s, s.apply(ctx)
}

// images builds the programs of the stage whose images the manifests name, and returns these images. A program is the package cmd/NAME
// of a service or of the platform, and is /NAME in its image. The image of migrations has those of all services.
func (s *Shop) images(ctx context.Context) (map[string]kube.Image, error) {
	s.options.Say("building the programs of " + filepath.Base(s.options.Dir) + " (the first time takes about a minute)")
	dir, err := filepath.Abs(s.options.Dir)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(s.options.Root, ".stagecraft", "kube", "images", filepath.Base(dir))
	images := map[string]kube.Image{}
	var packages []string
	f := &filler{objects: s.objects}
	err = f.eachPod(func(_ *unstructured.Unstructured, pod *corev1.PodSpec) error {
		for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
			name := kube.ImageName(c.Image)
			if _, known := images[name]; known {
				continue
			}
			program := cmp.Or(serviceOf(c.Image), name)
			found := slices.Concat(paths.Match(dir, "*/cmd/"+program), paths.Match(dir, "*/*/cmd/"+program))
			if len(found) != 1 {
				return fmt.Errorf("image %s: %d packages are called cmd/%s, one is needed", c.Image, len(found), program)
			}
			relative, err := filepath.Rel(dir, found[0])
			if err != nil {
				return err
			}
			packages = append(packages, "./"+filepath.ToSlash(relative))
			image := kube.Image{Files: map[string]string{"/" + program: filepath.Join(out, program)}, Entrypoint: []string{"/" + program}}
			if program == migrator {
				for _, service := range stack.Names() {
					if stack.Database(service) != "" {
						image.Files["/migrations/"+service] = filepath.Join(dir, service, "db", "migrations")
					}
				}
			}
			images[name] = image
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return images, build.Static(ctx, dir, out, packages)
}

// migrator is the program that applies migrations, providerProgram the one that stands for the payment provider. What the manifests do not
// run is done without them.
const migrator, providerProgram = "migrate", "paymentsim"

// runs says whether the manifests have a pod of the program.
func (s *Shop) runs(program string) bool {
	runs := false
	f := &filler{objects: s.objects}
	_ = f.eachPod(func(_ *unstructured.Unstructured, pod *corev1.PodSpec) error {
		runs = runs || slices.ContainsFunc(pod.Containers, func(c corev1.Container) bool { return kube.ImageName(c.Image) == program })
		return nil
	})
	return runs
}

// openServers leases databases and a broker, and starts what stands for services of others: the payment provider and the object store.
func (s *Shop) openServers(ctx context.Context) error {
	spec := infra.LeaseSpec{Redis: true, Vhost: true}
	for _, name := range stack.Names() {
		if database := stack.Database(name); database != "" {
			empty := infra.DatabaseSpec{Name: database}
			if !s.runs(migrator) {
				empty.Migrations = os.DirFS(filepath.Join(s.options.Dir, name, "db", "migrations"))
			}
			spec.Databases = append(spec.Databases, empty)
		}
	}
	servers, err := infra.Ensure(ctx, s.options.Root, infra.Need{Postgres: true, Redis: true, RabbitMQ: true}, s.options.Say)
	if err != nil {
		return err
	}
	s.close = append(s.close, servers.Close)
	s.Infra = servers.Line
	if s.lease, err = servers.Lease(ctx, spec); err != nil {
		return err
	}
	s.close = append(s.close, func() { _ = s.lease.Close(context.Background()) })
	port, err := proc.FreePort()
	if err != nil {
		return err
	}
	s.close = append(s.close, func() { proc.ReleasePort(port) })
	if s.provider, err = paymentsim.Listen(fmt.Sprintf("127.0.0.1:%d", port), paymentsim.Config{APIKey: rand.Text()}); err != nil {
		return fmt.Errorf("start the payment provider: %w", err)
	}
	s.close = append(s.close, s.provider.Close)
	if s.Keys, err = stack.NewKeys(); err != nil {
		return err
	}
	if s.certificates, err = stack.NewCertificates(); err != nil {
		return err
	}
	s.close = append(s.close, s.certificates.Close)
	return nil
}

// configure puts the addresses, keys and certificates of this run where the manifests have them.
func (s *Shop) configure(ctx context.Context) error {
	store, jobs, err := stack.OpenObjectStore()
	if err != nil {
		return err
	}
	s.close = append(s.close, func() { _ = store.Stop() })
	f := &filler{objects: s.objects}
	err = f.eachPod(func(object *unstructured.Unstructured, pod *corev1.PodSpec) error {
		for i := range pod.Containers {
			c := &pod.Containers[i]
			service := serviceOf(c.Image)
			if service == "" {
				continue
			}
			values, err := s.values(ctx, service, jobs)
			if err != nil {
				return err
			}
			files, err := s.files(service)
			if err != nil {
				return err
			}
			f.fill(object.GetNamespace(), pod, c, values, files)
		}
		return nil
	})
	s.objects = sorted(f.objects)
	return err
}

// serviceOf is the service whose image it is; empty if it is another program.
func serviceOf(image string) string {
	name := kube.ImageName(image)
	for _, service := range stack.Names() {
		if name == service || strings.HasSuffix(name, "-"+service) {
			return service
		}
	}
	return ""
}

func (s *Shop) values(ctx context.Context, service string, jobs map[string]string) (map[string]string, error) {
	values := stack.Settings(service, s.Keys)
	addresses := map[string]string{"REDIS_URL": s.lease.RedisURL, "RABBITMQ_URL": s.lease.AMQPURL}
	if database := stack.Database(service); database != "" {
		addresses["DATABASE_URL"] = s.lease.Databases[database]
	} else {
		addresses = map[string]string{}
	}
	switch service {
	case "wallet":
		if !s.runs(providerProgram) {
			addresses["PAYMENT_URL"] = s.provider.URL()
		}
		values["PAYMENT_API_KEY"] = s.provider.APIKey()
	case "order":
		maps.Copy(values, jobs)
		endpoint, err := s.Cluster.Reachable(ctx, jobs["S3_ENDPOINT"])
		if err != nil {
			return nil, err
		}
		values["S3_ENDPOINT"] = endpoint
	}
	for name, address := range addresses {
		parsed, err := url.Parse(address)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if parsed.Host, err = s.Cluster.Reachable(ctx, parsed.Host); err != nil {
			return nil, err
		}
		values[name] = parsed.String()
	}
	return values, nil
}

// files are the certificates of a service, by the variables with their paths.
func (s *Shop) files(service string) (map[string]string, error) {
	files := map[string]string{}
	for name, path := range map[string]string{
		"TLS_CERT_FILE": s.certificates.File(service), "TLS_KEY_FILE": s.certificates.File(service), "TLS_CA_FILE": s.certificates.Bundle(),
	} {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files[name] = string(content)
	}
	return files, nil
}

// apply brings the manifests to the cluster, Jobs first, and waits for the pods.
func (s *Shop) apply(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, rolloutTimeout)
	defer cancel()
	s.options.Say("applying " + fmt.Sprint(len(s.objects)) + " objects")
	began := time.Now()
	later := kube.OfKind(s.objects, "Deployment", "CronJob")
	first := slices.DeleteFunc(slices.Clone(s.objects), func(o *unstructured.Unstructured) bool { return slices.Contains(later, o) })
	if err := s.Cluster.Apply(ctx, first...); err != nil {
		return err
	}
	for _, job := range kube.OfKind(first, "Job") {
		if err := s.Cluster.AwaitJob(ctx, job.GetNamespace(), job.GetName()); err != nil {
			return s.explained(err)
		}
	}
	if err := s.Cluster.Apply(ctx, later...); err != nil {
		return err
	}
	for _, d := range kube.OfKind(later, "Deployment") {
		s.Deployments = append(s.Deployments, d.GetName())
		s.Namespace = d.GetNamespace()
	}
	if len(s.Deployments) == 0 {
		return errors.New("the manifests have no Deployment")
	}
	for _, name := range s.Deployments {
		if err := s.Cluster.AwaitRollout(ctx, s.Namespace, name); err != nil {
			return s.explained(err)
		}
	}
	s.options.Say(fmt.Sprintf("all pods are ready after %s", time.Since(began).Round(100*time.Millisecond)))
	address, err := s.Cluster.Expose(ctx, s.Namespace, "gateway", s.gatewayPort(), s.options.Port)
	if err != nil {
		return err
	}
	s.Gateway = "http://" + address
	return s.awaitGateway(ctx)
}

// awaitGateway waits until the gateway's address leads to it: pods are ready before all clients know them.
func (s *Shop) awaitGateway(ctx context.Context) error {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Gateway+"/readyz", nil)
		if err != nil {
			return err
		}
		request.Close = true
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("status %d", response.StatusCode)
		}
		select {
		case <-ctx.Done():
			return s.explained(fmt.Errorf("the gateway does not answer: %w", err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// gatewayPort is the first port of the gateway's Service.
func (s *Shop) gatewayPort() int32 {
	for _, service := range kube.OfKind(s.objects, "Service") {
		if service.GetName() != "gateway" {
			continue
		}
		ports, _, _ := unstructured.NestedSlice(service.Object, "spec", "ports")
		for _, port := range ports {
			if port, ok := port.(map[string]any); ok {
				number, _, _ := unstructured.NestedInt64(port, "port")
				return int32(number)
			}
		}
	}
	return 8080
}

// explained adds where the logs are.
func (s *Shop) explained(err error) error {
	if s.Cluster.Logs != "" {
		return fmt.Errorf("%w\n%s", err, s.Cluster.Tails(s.Namespace, 5))
	}
	return err
}

// Close ends the deployment, and gives the servers back.
func (s *Shop) Close() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
	s.close = nil
}
