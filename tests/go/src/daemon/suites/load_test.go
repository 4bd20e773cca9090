package suites

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/content"
	contentproxy "github.com/containerd/containerd/content/proxy"
	"github.com/containerd/containerd/snapshots"
	snapshotsproxy "github.com/containerd/containerd/snapshots/proxy"

	"daemon"
	"daemon/load"
)

const (
	loadClients = 32
	loadRounds  = 160

	// The parent's tree, and the one that is always empty.
	onlyParent = "t: 2, w: 0, m: 0, trash: 0, ingest: 0, blobs/sha256: 0"
)

// Many clients at once: no call fails, and afterwards the daemon and its root hold what they held before.
func TestLoad(t *testing.T) {
	root := filepath.Join(t.TempDir(), "store")
	d, err := daemon.Start(root)
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	defer func() {
		if !stopped {
			d.Kill()
		}
	}()
	ctx := context.Background()
	s := snapshotsproxy.NewSnapshotter(snapshotsapi.NewSnapshotsClient(d.Conn), "layerstore")
	blobs := contentproxy.NewContentStore(contentapi.NewContentClient(d.Conn))
	if _, err := s.Prepare(ctx, "parent-key", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(ctx, "parent", "parent-key"); err != nil {
		t.Fatal(err)
	}

	// The first wave warms up: code is compiled, pools are filled.
	wave(ctx, t, s, blobs)
	before := held(t, d, root)
	wave(ctx, t, s, blobs)
	wave(ctx, t, s, blobs)
	after := held(t, d, root)

	// What nobody holds any more is freed in the background.
	for deadline := time.Now().Add(time.Minute); after.things != onlyParent && time.Now().Before(deadline); {
		time.Sleep(100 * time.Millisecond)
		after = held(t, d, root)
	}
	if after.things != onlyParent {
		t.Errorf("afterwards the root holds %s, not %s", after.things, onlyParent)
	}
	if after.descriptors > before.descriptors+8 {
		t.Errorf("%d descriptors are open, %d were before", after.descriptors, before.descriptors)
	}
	if after.mounts != before.mounts {
		t.Errorf("%d mounts of the root are left, %d were before", after.mounts, before.mounts)
	}
	if after.memory > before.memory+64<<20 {
		t.Errorf("the daemon has %d MiB of memory, and had %d", after.memory>>20, before.memory>>20)
	}
	t.Logf("%d clients, %d rounds: %s; %d descriptors, %d MiB", loadClients, 6*loadRounds, after.things, after.descriptors, after.memory>>20)
	stopped = true
	if err := d.Stop(); err != nil {
		t.Error(err)
	}
}

// Snapshots and blobs at the same time.
func wave(ctx context.Context, t *testing.T, s snapshots.Snapshotter, blobs content.Store) {
	l := load.Load{Clients: loadClients / 2, Rounds: loadRounds, Files: 1, Parent: "parent"}
	done := make(chan error, 2)
	go func() {
		times, err := l.Snapshots(ctx, s)
		done <- calls(times, err, "Prepare", "Mounts", "Commit", "Remove")
	}()
	go func() {
		times, err := l.Content(ctx, blobs)
		done <- calls(times, err, "Write", "Read", "Delete")
	}()
	for i := 0; i < 2; i++ {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Whether each of the operations was called in every round.
func calls(times load.Times, err error, operations ...string) error {
	for _, operation := range operations {
		if err == nil && len(times[operation]) != loadRounds {
			err = fmt.Errorf("%d calls of %s, not %d", len(times[operation]), operation, loadRounds)
		}
	}
	return err
}

type holding struct {
	things                      string
	descriptors, mounts, memory int
}

// What the daemon holds when nobody calls it.
func held(t *testing.T, d *daemon.Daemon, root string) holding {
	t.Helper()
	var things []string
	// Locks that are kept for those who come again are none of the calls'.
	for _, directory := range []string{"t", "w", "m", "trash", "ingest", "blobs/sha256"} {
		things = append(things, fmt.Sprintf("%s: %d", directory, len(entries(t, filepath.Join(root, directory)))))
	}
	process := filepath.Join("/proc", strconv.Itoa(d.Pid()))
	mounts, err := os.ReadFile(filepath.Join(process, "mountinfo"))
	if err != nil {
		t.Fatal(err)
	}
	return holding{
		things:      strings.Join(things, ", "),
		descriptors: len(entries(t, filepath.Join(process, "fd"))),
		mounts:      strings.Count(string(mounts), root),
		memory:      resident(t, process),
	}
}

func entries(t *testing.T, directory string) []os.DirEntry {
	found, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The process's anonymous memory in bytes.
func resident(t *testing.T, process string) int {
	status, err := os.ReadFile(filepath.Join(process, "status"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "RssAnon:" {
			kib, err := strconv.Atoi(fields[1])
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("no RssAnon in " + process)
	return 0
}
