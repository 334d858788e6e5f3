package cli

import (
	"os"
	"strings"
	"testing"
)

func TestExports_PrintedCommands_NameTokensByVariable(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"", t.TempDir()} {
		var lines []string
		e := &exports{out: func(line string) { lines = append(lines, line) }, dir: dir, names: map[string]string{}}
		for _, line := range []string{
			"building\n",
			"curl 'http://x/a' -H 'Authorization: Bearer aa.bb'\n",
			"curl 'http://x/b' -H 'Authorization: Bearer aa.bb'\n",
			"curl 'http://x/c' -H 'Authorization: Bearer cc.dd'\n",
		} {
			if _, err := e.Write([]byte(line)); err != nil {
				t.Fatal(err)
			}
		}
		first, second := "aa.bb", "cc.dd"
		if dir != "" {
			first, second = "$(cat '"+dir+"/TOKEN')", "$(cat '"+dir+"/TOKEN2')"
			if token, err := os.ReadFile(dir + "/TOKEN"); err != nil || string(token) != "aa.bb" {
				t.Errorf("the file of the token: %q, %v", token, err)
			}
		}
		want := strings.Join([]string{
			"building",
			"export TOKEN=" + first,
			`curl 'http://x/a' -H "Authorization: Bearer $TOKEN"`,
			`curl 'http://x/b' -H "Authorization: Bearer $TOKEN"`,
			"export TOKEN2=" + second,
			`curl 'http://x/c' -H "Authorization: Bearer $TOKEN2"`,
		}, "\n")
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("printed:\n%s\nwant:\n%s", got, want)
		}
	}
}
