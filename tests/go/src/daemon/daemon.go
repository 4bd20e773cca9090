// Package daemon starts LayerStore's daemon and dials it as containerd does.
package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/containerd/defaults"
	"github.com/containerd/containerd/pkg/dialer"
	"google.golang.org/grpc"
)

// Long enough for a slow machine under load; a daemon that is stuck still fails the test and not the whole run.
const patience = time.Minute

// A Daemon is a process that serves one root on a socket of its own.
type Daemon struct {
	// The socket.
	Address string
	// A connection to it.
	Conn *grpc.ClientConn

	dir    string
	cmd    *exec.Cmd
	stderr bytes.Buffer
	ended  chan struct{}
}

// Start starts a daemon on a root, with more arguments if there are any, and returns when it answers. LAYERSTORE_DAEMON holds the
// program and arguments that stand before its own, with spaces between them.
func Start(root string, args ...string) (*Daemon, error) {
	words := strings.Fields(os.Getenv("LAYERSTORE_DAEMON"))
	if len(words) == 0 {
		return nil, errors.New("LAYERSTORE_DAEMON is not set")
	}
	// A socket's path has at most 107 bytes: not below the root, which may be deep.
	dir, err := os.MkdirTemp("/tmp", "layerstore-")
	if err != nil {
		return nil, err
	}

	d := &Daemon{Address: filepath.Join(dir, "s"), dir: dir, ended: make(chan struct{})}
	words = append(words, "serve", "--root", root, "--address", d.Address)
	d.cmd = exec.Command(words[0], append(words[1:], args...)...)
	d.cmd.Stderr = &d.stderr
	// The daemon does not outlive a test program that is killed.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	go func() {
		d.cmd.Wait()
		close(d.ended)
	}()

	if err := d.connect(); err != nil {
		d.Kill()
		return nil, err
	}
	return d, nil
}

// Dial connects with the options that containerd 1.6 has for a proxy plugin. It returns at once.
func Dial(address string, options ...grpc.DialOption) (*grpc.ClientConn, error) {
	options = append([]grpc.DialOption{
		grpc.WithInsecure(),
		grpc.WithContextDialer(dialer.ContextDialer),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(defaults.DefaultMaxRecvMsgSize),
			grpc.MaxCallSendMsgSize(defaults.DefaultMaxSendMsgSize)),
	}, options...)
	return grpc.Dial(dialer.DialAddress(address), options...)
}

// Pid is the daemon's process id.
func (d *Daemon) Pid() int {
	return d.cmd.Process.Pid
}

// Stop ends the daemon as systemd does. It is an error if it does not end well.
func (d *Daemon) Stop() error {
	d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.ended:
	case <-time.After(patience):
		d.Kill()
		return fmt.Errorf("the daemon did not end within %v of SIGTERM", patience)
	}

	d.clean()
	if code := d.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the daemon ended with %v\n%s", d.cmd.ProcessState, d.stderr.String())
	}
	return nil
}

// Kill ends the daemon with SIGKILL.
func (d *Daemon) Kill() {
	d.cmd.Process.Kill()
	<-d.ended
	d.clean()
}

func (d *Daemon) clean() {
	if d.Conn != nil {
		d.Conn.Close()
	}
	os.RemoveAll(d.dir)
}

// Waits for the socket, or for the daemon's end, and then for a connection.
func (d *Daemon) connect() error {
	for deadline := time.Now().Add(patience); ; {
		// The file is there a moment before the socket listens.
		if c, err := net.Dial("unix", d.Address); err == nil {
			c.Close()
			break
		}
		select {
		case <-d.ended:
			return fmt.Errorf("the daemon ended with %v\n%s", d.cmd.ProcessState, d.stderr.String())
		case <-time.After(2 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the daemon made no socket within %v\n%s", patience, d.stderr.String())
		}
	}

	var err error
	d.Conn, err = Dial(d.Address)
	return err
}
