package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The commands between the marks of the README are run as they are printed, in one shell, against the running stage. A comment that begins
// with an arrow says what the answer of the command above it has in it.
func TestStage1Readme_Commands_DoWhatItSays(t *testing.T) { readmeCommandsWork(t, "stage1-mvp") }

func TestStage2Readme_Commands_DoWhatItSays(t *testing.T) { readmeCommandsWork(t, "stage2-async") }

func TestStage3Readme_Commands_DoWhatItSays(t *testing.T) { readmeCommandsWork(t, "stage3-hardening") }

func readmeCommandsWork(t *testing.T, stage string) {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(root, stage, "README.md"))
	require.NoError(t, err)
	script := tryScript(t, string(readme))
	demo, err := Start(t.Context(), Options{
		Root: root, Dir: filepath.Join(root, stage), Rate: -1,
		Env: map[string]string{"RATE_LIMIT_RPS": "10", "RATE_LIMIT_BURST": "20"}, // as it is without a checker
	})
	require.NoError(t, err)
	t.Cleanup(demo.Close)
	s, store := demo.Stack, demo.store.Config()

	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh", "-u")
	shell.Dir = filepath.Join(root, stage)
	shell.WaitDelay = time.Second // a command that waits has children
	shell.Stdin = strings.NewReader(script)
	shell.Env = append(os.Environ(),
		"GOWORK=off",
		"GATEWAY="+s.Gateway,
		"ORDER="+s.Service("order").Addr,
		"PROVIDER="+s.Provider.URL(),
		"ORDER_DB="+demo.lease.Databases["order_db"], "WALLET_DB="+demo.lease.Databases["wallet_db"],
		"RABBITMQ_URL="+demo.lease.AMQPURL,
		"S3_ENDPOINT="+store.Endpoint, "S3_ACCESS_KEY="+store.AccessKey, "S3_SECRET_KEY="+store.SecretKey.Reveal(),
		"CUSTOMER_TOKEN="+s.Token("11111111-1111-4111-8111-111111111111", "customer"),
		"ADMIN_TOKEN="+s.Token("22222222-2222-4222-8222-222222222222", "admin"),
	)
	if s.Certificates != nil {
		shell.Env = append(shell.Env, "CERTS="+string(s.Certificates.Directory))
	}
	output, err := shell.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// makeToken stands for `make token`, which reads keys that a developer's machine has.
const makeToken = `make() { case "$*" in *role=admin*) echo "$ADMIN_TOKEN" ;; *token*) echo "$CUSTOMER_TOKEN" ;; *) command make "$@" ;; esac; }
out=
`

var (
	tryBlock = regexp.MustCompile("(?s)<!-- try -->\n+```sh\n(.*?)```")
	command  = regexp.MustCompile(`^(curl|grpcurl|await|sagas|outbox|balances|dlq) `)
	arrow    = "# → "
)

// tryScript makes a script of all blocks: each command's output is kept, and looked through for what the README says.
func tryScript(t *testing.T, readme string) string {
	t.Helper()
	blocks := tryBlock.FindAllStringSubmatch(readme, -1)
	require.NotEmpty(t, blocks, "the README has no commands to try")
	var script strings.Builder
	script.WriteString(makeToken)
	for _, block := range blocks {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimRight(line, "\n")
			said, expectation := strings.CutPrefix(line, arrow)
			switch {
			case expectation:
				quoted := "'" + strings.ReplaceAll(said, "'", `'\''`) + "'"
				fmt.Fprintf(&script, "case \"$out\" in *%[1]s*) ;; *) printf '\\nmissing: %%s\\n' %[1]s; exit 1 ;; esac\n", quoted)
			case command.MatchString(line):
				if strings.HasPrefix(line, "curl ") {
					line = strings.Replace(line, "curl ", "curl --silent --show-error ", 1)
				}
				fmt.Fprintf(&script, "printf '%%s\\n' %s\n", "'$ "+strings.ReplaceAll(line, "'", `'\''`)+"'")
				fmt.Fprintf(&script, "out=$(%s 2>&1); printf '%%s\\n' \"$out\"\n", line)
			default:
				script.WriteString(line + "\n")
			}
		}
	}
	return script.String()
}
