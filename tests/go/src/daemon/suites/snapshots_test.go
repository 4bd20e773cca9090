package suites

import (
	"context"
	"path/filepath"
	"testing"

	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/metadata"
	"github.com/containerd/containerd/snapshots"
	"github.com/containerd/containerd/snapshots/proxy"
	"github.com/containerd/containerd/snapshots/testsuite"
	bolt "go.etcd.io/bbolt"

	"daemon"
)

// A snapshotter as a proxy plugin is one to containerd, on a daemon and a root of its own.
func newSnapshotter(arguments ...string) testsuite.SnapshotterFunc {
	return func(ctx context.Context, root string) (snapshots.Snapshotter, func() error, error) {
		d, err := daemon.Start(filepath.Join(root, "store"), arguments...)
		if err != nil {
			return nil, nil, err
		}
		return proxy.NewSnapshotter(snapshotsapi.NewSnapshotsClient(d.Conn), "layerstore"), d.Stop, nil
	}
}

// The same behind containerd's own database, which brings namespaces and names of its own: what the rest of containerd uses.
func newMetadataSnapshotter(arguments ...string) testsuite.SnapshotterFunc {
	return func(ctx context.Context, root string) (snapshots.Snapshotter, func() error, error) {
		backend, stop, err := newSnapshotter(arguments...)(ctx, root)
		if err != nil {
			return nil, nil, err
		}
		db, err := bolt.Open(filepath.Join(root, "metadata.db"), 0600, nil)
		if err != nil {
			stop()
			return nil, nil, err
		}
		plugins := map[string]snapshots.Snapshotter{"layerstore": backend}
		return metadata.NewDB(db, nil, plugins).Snapshotter("layerstore"), func() error {
			if err := db.Close(); err != nil {
				return err
			}
			return stop()
		}, nil
	}
}

func TestSnapshotsProxy(t *testing.T) {
	testsuite.SnapshotterSuite(t, "proxy", newSnapshotter())
}

func TestSnapshotsProxyNative(t *testing.T) {
	testsuite.SnapshotterSuite(t, "native", newSnapshotter("--driver", "native"))
}

func TestSnapshotsMetadata(t *testing.T) {
	testsuite.SnapshotterSuite(t, "metadata", newMetadataSnapshotter())
}
