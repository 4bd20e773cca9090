package suites

import (
	"context"
	"path/filepath"
	"reflect"
	"testing"

	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/mount"
	"github.com/containerd/containerd/snapshots"
	"github.com/containerd/containerd/snapshots/proxy"

	"daemon"
)

// A daemon that is killed and started again has the same snapshots, and the same mounts for them.
func TestSnapshotsSurviveAKill(t *testing.T) {
	ctx, root := context.Background(), filepath.Join(t.TempDir(), "store")
	var (
		mounts map[string][]mount.Mount
		infos  []snapshots.Info
	)
	with(t, root, func(d *daemon.Daemon, s snapshots.Snapshotter) {
		_, err := s.Prepare(ctx, "below", "")
		check(t, err)
		check(t, s.Commit(ctx, "base", "below"))
		_, err = s.Prepare(ctx, "active", "base", snapshots.WithLabels(map[string]string{"a": "b"}))
		check(t, err)
		_, err = s.View(ctx, "view", "base")
		check(t, err)
		mounts, infos = look(ctx, t, s)
		d.Kill()
	})
	with(t, root, func(d *daemon.Daemon, s snapshots.Snapshotter) {
		again, same := look(ctx, t, s)
		if !reflect.DeepEqual(again, mounts) {
			t.Errorf("the mounts are %v, and were %v", again, mounts)
		}
		if !reflect.DeepEqual(same, infos) {
			t.Errorf("the snapshots are %v, and were %v", same, infos)
		}
		check(t, mount.WithTempMount(ctx, again["active"], func(string) error { return nil }))
		check(t, s.Commit(ctx, "top", "active"))
		check(t, d.Stop())
	})
}

func with(t *testing.T, root string, use func(*daemon.Daemon, snapshots.Snapshotter)) {
	t.Helper()
	d, err := daemon.Start(root)
	check(t, err)
	defer d.Kill()
	use(d, proxy.NewSnapshotter(snapshotsapi.NewSnapshotsClient(d.Conn), "layerstore"))
}

// The mounts of what has some, and all records.
func look(ctx context.Context, t *testing.T, s snapshots.Snapshotter) (map[string][]mount.Mount, []snapshots.Info) {
	t.Helper()
	mounts, infos := map[string][]mount.Mount{}, []snapshots.Info{}
	check(t, s.Walk(ctx, func(ctx context.Context, info snapshots.Info) error {
		infos = append(infos, info)
		if info.Kind == snapshots.KindCommitted {
			return nil
		}
		found, err := s.Mounts(ctx, info.Name)
		mounts[info.Name] = found
		return err
	}))
	return mounts, infos
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
