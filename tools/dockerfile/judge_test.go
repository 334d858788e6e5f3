package main

import (
	"os"
	"strings"
	"testing"
)

const file = "../../stage4-infra/Dockerfile"

func TestJudge_OneMistake_IsFound(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if found := judge(t.Context(), file, raw); len(found) > 0 {
		t.Fatalf("the Dockerfile of the stage has mistakes: %v", found)
	}
	for _, m := range []struct{ name, old, new, rule string }{
		{"unknown instruction", "WORKDIR /src", "WORKDIRS /src", "syntax"},
		{"unknown stage", "FROM base AS order", "FROM bas AS order", "pinned"},
		{"moving base", "static-debian12:nonroot", "static-debian12", "pinned"},
		{"root", "USER 65532:65532", "USER 0", "user"},
		{"user by name", "USER 65532:65532", "USER nonroot", "user"},
		{"no user", "USER 65532:65532", "", "user"},
		{"entrypoint through a shell", `ENTRYPOINT ["/order"]`, "ENTRYPOINT /order", "entrypoint"},
		{"shell in the image", "EXPOSE 8080 9100", "RUN [\"/bin/true\"]", "shell"},
		{"secret as an argument", "ARG VERSION=unknown", "ARG API_TOKEN=unknown", "SecretsUsedInArgOrEnv"},
		{"undefined variable", "COPY --from=build /out/order /order", "COPY --from=build /out/order $PROGRAM", "UndefinedVar"},
		{"relative directory", "WORKDIR /src", "WORKDIR src", "WorkdirRelativePath"},
		{"casing", "FROM base AS order", "FROM base as order", "FromAsCasing"},
		{"two of a name", "FROM base AS wallet", "FROM base AS order", "DuplicateStageName"},
	} {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(text, m.old) {
				t.Fatalf("the Dockerfile has changed, and no longer has %q: adapt the mistake", m.old)
			}
			found := judge(t.Context(), file, []byte(strings.Replace(text, m.old, m.new, 1)))
			for _, f := range found {
				if f.Rule == m.rule {
					return
				}
			}
			t.Fatalf("want a finding of rule %s, have %v", m.rule, found)
		})
	}
}
