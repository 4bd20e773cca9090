package suites

import (
	"context"
	"testing"
	"time"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"daemon"
)

// A daemon on a root of this test.
func start(t *testing.T) *daemon.Daemon {
	t.Helper()
	d, err := daemon.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func expect(t *testing.T, err error, code codes.Code) {
	t.Helper()
	if status.Code(err) != code {
		t.Fatalf("%v, not %v", err, code)
	}
}

func TestTransportHealth(t *testing.T) {
	d := start(t)
	client := grpc_health_v1.NewHealthClient(d.Conn)
	response, err := client.Check(context.Background(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil || response.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Fatal(response, err)
	}
	_, err = client.Check(context.Background(), &grpc_health_v1.HealthCheckRequest{Service: "no.Such"})
	expect(t, err, codes.NotFound)

	ctx, cancel := context.WithCancel(context.Background())
	watch, err := client.Watch(ctx, &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if response, err = watch.Recv(); err != nil || response.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Fatal(response, err)
	}
	cancel()
	_, err = watch.Recv()
	expect(t, err, codes.Canceled)
}

func TestTransportDeadline(t *testing.T) {
	d := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	watch, err := grpc_health_v1.NewHealthClient(d.Conn).Watch(ctx, &grpc_health_v1.HealthCheckRequest{})
	for err == nil {
		_, err = watch.Recv()
	}
	expect(t, err, codes.DeadlineExceeded)
}

func TestTransportUnknownMethod(t *testing.T) {
	d := start(t)
	err := d.Conn.Invoke(context.Background(), "/no.Such/Method", &contentapi.InfoRequest{}, &contentapi.InfoResponse{})
	expect(t, err, codes.Unimplemented)
}

// The watch in progress must not keep the daemon from ending.
func TestTransportEndsWithOpenStreams(t *testing.T) {
	d, err := daemon.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	watch, err := grpc_health_v1.NewHealthClient(d.Conn).Watch(context.Background(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	go watch.Recv()
	if err := d.Stop(); err != nil {
		t.Fatal(err)
	}
}

func TestTransportManyCallsAtOnceOnOneConnection(t *testing.T) {
	d := start(t)
	client := grpc_health_v1.NewHealthClient(d.Conn)
	const calls = 500
	results := make(chan error, calls)
	for i := 0; i < calls; i++ {
		go func() {
			_, err := client.Check(context.Background(), &grpc_health_v1.HealthCheckRequest{}, grpc.WaitForReady(true))
			results <- err
		}()
	}
	for i := 0; i < calls; i++ {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
}
