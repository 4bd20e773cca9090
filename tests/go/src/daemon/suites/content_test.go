package suites

import (
	"bytes"
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
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

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

// What a client wrote before the daemon died is there for the next one to go on with.
func TestContentIngestResumesAfterTheDaemonWasKilled(t *testing.T) {
	ctx, root := context.Background(), t.TempDir()
	blob := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	d, err := daemon.Start(root)
	if err != nil {
		t.Fatal(err)
	}
	w, err := proxy.NewContentStore(contentapi.NewContentClient(d.Conn)).Writer(ctx, content.WithRef("r"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(blob[:700000]); err != nil {
		t.Fatal(err)
	}
	d.Kill()

	if d, err = daemon.Start(root); err != nil {
		t.Fatal(err)
	}
	defer d.Stop()
	store := proxy.NewContentStore(contentapi.NewContentClient(d.Conn))
	if w, err = store.Writer(ctx, content.WithRef("r")); err != nil {
		t.Fatal(err)
	}
	if status, err := w.Status(); err != nil || status.Offset != 700000 {
		t.Fatal(status, err)
	}
	if _, err := w.Write(blob[700000:]); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(ctx, int64(len(blob)), digest.FromBytes(blob)); err != nil {
		t.Fatal(err)
	}
	read, err := content.ReadBlob(ctx, store, ocispec.Descriptor{Digest: digest.FromBytes(blob)})
	if err != nil || !bytes.Equal(read, blob) {
		t.Fatal("other bytes", err)
	}
}

// The largest messages that containerd lets pass, from it and to it.
func TestContentMessagesOf16MiB(t *testing.T) {
	d := start(t)
	client := contentapi.NewContentClient(d.Conn)
	stream, err := client.Write(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	request := &contentapi.WriteContentRequest{Action: contentapi.WriteActionCommit, Ref: "r", Data: make([]byte, 16<<20-64)}
	if request.Size() > 16<<20 {
		t.Fatal(request.Size())
	}
	if err := stream.Send(request); err != nil {
		t.Fatal(err)
	}
	response, err := stream.Recv()
	if err != nil || response.Offset != int64(len(request.Data)) {
		t.Fatal(response, err)
	}
	read, err := content.ReadBlob(context.Background(), proxy.NewContentStore(client), ocispec.Descriptor{Digest: response.Digest})
	if err != nil || len(read) != len(request.Data) {
		t.Fatal(len(read), err)
	}

	// A byte too much fails the call, and nothing else.
	large, err := daemon.Dial(d.Address, grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(32<<20)))
	if err != nil {
		t.Fatal(err)
	}
	defer large.Close()
	stream, err = contentapi.NewContentClient(large).Write(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	request.Data = make([]byte, 16<<20)
	stream.Send(request)
	_, err = stream.Recv()
	expect(t, err, codes.ResourceExhausted)
	if _, err := client.Info(context.Background(), &contentapi.InfoRequest{Digest: response.Digest}); err != nil {
		t.Fatal(err)
	}
}
