package suites

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	"github.com/containerd/containerd/content"
	"github.com/containerd/containerd/content/proxy"
	"github.com/containerd/containerd/content/testsuite"
	"github.com/containerd/containerd/metadata"
	"github.com/containerd/containerd/namespaces"
	bolt "go.etcd.io/bbolt"

	"daemon"
)

// A content store as a proxy plugin is one to containerd, on a daemon and a root of its own.
func newContent(ctx context.Context, root string) (context.Context, content.Store, func() error, error) {
	d, err := daemon.Start(filepath.Join(root, "store"))
	if err != nil {
		return nil, nil, nil, err
	}
	return ctx, proxy.NewContentStore(contentapi.NewContentClient(d.Conn)), d.Stop, nil
}

// The same behind containerd's own database, which brings namespaces and labels: what the rest of containerd uses.
func newMetadataContent(options ...metadata.DBOpt) testsuite.StoreInitFn {
	return func(ctx context.Context, root string) (context.Context, content.Store, func() error, error) {
		ctx, backend, stop, err := newContent(ctx, root)
		if err != nil {
			return nil, nil, nil, err
		}
		db, err := bolt.Open(filepath.Join(root, "metadata.db"), 0600, nil)
		if err != nil {
			stop()
			return nil, nil, nil, err
		}

		// The contexts that the wrapper gets later know no name.
		name, count := testsuite.Name(ctx), uint64(0)
		ctx = testsuite.SetContextWrapper(ctx, func(ctx context.Context) (context.Context, func(context.Context) error, error) {
			namespace := fmt.Sprintf("%s-%d", name, atomic.AddUint64(&count, 1))
			return namespaces.WithNamespace(ctx, namespace), func(context.Context) error { return nil }, nil
		})
		return ctx, metadata.NewDB(db, backend, nil, options...).ContentStore(), func() error {
			if err := db.Close(); err != nil {
				return err
			}
			return stop()
		}, nil
	}
}

func TestContentProxy(t *testing.T) {
	testsuite.ContentSuite(t, "proxy", newContent)
}

func TestContentMetadata(t *testing.T) {
	testsuite.ContentSuite(t, "metadata", newMetadataContent())
	testsuite.ContentCrossNSSharedSuite(t, "metadata", newMetadataContent())
	testsuite.ContentCrossNSIsolatedSuite(t, "metadata", newMetadataContent(metadata.WithPolicyIsolated))
}
