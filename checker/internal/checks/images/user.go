package images

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"stagecraft/checker/internal/check"
)

func user(t *check.T) {
	all := builds(t)
	t.Step("look at the user of each image, and what this user can write")
	for _, i := range all.first {
		name, group, _ := strings.Cut(i.Config.User, ":")
		uid, err := strconv.Atoi(name)
		f := check.Failure{
			Expected: "a number that is not 0, such as 65532:65532", Seen: fmt.Sprintf("USER %q", i.Config.User),
			Sentence: fmt.Sprintf("the image %s runs as root", i.name), ID: "root",
			Why: "A process that is root needs one fault of the kernel to control the machine.",
		}
		t.True(name != "" && name != "root" && (err != nil || uid != 0), f)
		f.ID, f.Sentence, f.Why = "name", fmt.Sprintf("the user of the image %s is a name", i.name),
			"The manifests have runAsNonRoot. The kubelet cannot see that a name is not root, and does not start the pod."
		t.True(err == nil, f)
		gid := groupOf(uid, group)
		writes := func(f file) bool {
			return f.Mode&0o002 != 0 || f.UID == uid && f.Mode&0o200 != 0 || f.GID == gid && f.Mode&0o020 != 0
		}
		dirs := map[string]file{}
		for _, f := range i.Files {
			if f.Kind == "dir" {
				dirs[f.Path] = f
			}
		}
		for _, added := range i.Files {
			if added.Base || added.Kind != "file" {
				continue
			}
			dir, known := dirs[path.Dir(added.Path)]
			t.True(!writes(added) && (!known || dir.Base || !writes(dir)), check.Failure{
				ID: "writable", Sentence: fmt.Sprintf("the user of the image %s can write to %s", i.name, added.Path),
				Expected: fmt.Sprintf("files that belong to root and that %s can only read or run, in directories that are root's", i.Config.User),
				Seen:     fmt.Sprintf("%s: mode %04o, owner %d:%d; its directory: mode %04o, owner %d:%d", added.Path, added.Mode, added.UID, added.GID, dir.Mode, dir.UID, dir.GID),
				Why:      "A process that was taken over can replace the program, where the root is not read-only.",
			})
			t.True(added.Program == nil || runs(added, uid, gid), check.Failure{
				ID: "not-executable", Sentence: fmt.Sprintf("the user of the image %s cannot run %s", i.name, added.Path), Expected: "a file that every user can run: mode 0755 or 0555",
				Seen: fmt.Sprintf("%s: mode %04o, owner %d:%d", added.Path, added.Mode, added.UID, added.GID), Why: "The container ends with: permission denied.",
			})
		}
	}
}

// groupOf is the group of a user's processes. Without one it is that of /etc/passwd, which has 65532 in distroless images; who is not in there
// is in the group of root.
func groupOf(uid int, group string) int {
	gid, err := strconv.Atoi(group)
	switch {
	case err == nil:
		return gid
	case group == "" && uid == 65532:
		return uid
	case group == "":
		return 0
	default:
		return -1 // a name
	}
}

func runs(f file, uid, gid int) bool {
	switch {
	case f.UID == uid:
		return f.Mode&0o100 != 0
	case f.GID == gid:
		return f.Mode&0o010 != 0
	}
	return f.Mode&0o001 != 0
}
