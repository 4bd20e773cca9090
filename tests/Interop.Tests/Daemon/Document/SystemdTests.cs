namespace Interop.Tests.Daemon.Document;

/// <summary>The units that <c>layerstore config systemd</c> prints, with a real systemd, and containerd as the client of the socket that it holds.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    /// <summary>More restarts and kills than systemd allows a unit that says nothing about it: five in ten seconds (systemd-system.conf(5)).</summary>
    [SkippableFact]
    public void The_socket_starts_the_daemon_and_outlives_it_and_containers_do_too()
    {
        Machine.Require();

        string output = Machine.Run(_temp, """
            ln -s "$PWD/out/lib/layerstore-cli" /usr/local/bin/layerstore
            layerstore config systemd service > /etc/systemd/system/layerstore.service
            layerstore config systemd socket > /etc/systemd/system/layerstore.socket
            systemctl daemon-reload
            systemctl enable --now layerstore.socket
            [[ $(systemctl is-active layerstore.service) == inactive ]]
            socket=$(stat -c %i /run/layerstore/layerstore.sock)

            mkdir -p /etc/containerd
            layerstore config containerd > /etc/containerd/config.toml
            systemctl restart containerd.service

            # On a busy machine the daemon may need longer to start than the second that containerd waits: another try finds it.
            try() { until ctr "$@" 2>> errors; do sleep 0.05; done; }
            try images import --snapshotter layerstore busybox.tar
            [[ $(systemctl is-active layerstore.service) == active ]]
            ctr run --detach --null-io --snapshotter layerstore docker.io/library/busybox:latest one sleep 1000000
            ctr tasks exec --exec-id before one sh -c 'echo hello > /greeting'

            for i in 1 2 3; do
                systemctl restart layerstore.service
                try snapshots --snapshotter layerstore usage one
            done
            systemctl reload layerstore.service
            for i in 1 2 3 4 5 6 7; do
                process=$(systemctl show --property MainPID --value layerstore.service)
                kill -9 "$process"
                while [[ $(systemctl show --property MainPID --value layerstore.service) == "$process" ]]; do sleep 0.01; done
                try snapshots --snapshotter layerstore usage one
            done
            systemctl stop layerstore.service
            try snapshots --snapshotter layerstore usage one
            systemctl is-active layerstore.service layerstore.socket
            [[ $(stat -c %i /run/layerstore/layerstore.sock) == "$socket" ]]

            ctr tasks exec --exec-id after one cat /greeting
            ctr run --rm --snapshotter layerstore docker.io/library/busybox:latest two echo hello
            echo "errors: $(grep -cE 'refused|no such file' errors)" || true
            """);

        Assert.Equal(2, output.Split('\n').Count(line => line == "hello"));
        Assert.Contains("\nerrors: 0\n", output + "\n", StringComparison.Ordinal);
        Assert.Equal(1 + 3 + 7 + 1, File.ReadLines(_temp["log/layerstore"]).Count(line => line.Contains("msg=\"serving", StringComparison.Ordinal)));
        Assert.Empty(MountTable.Under(_temp.FullPath));
    }
}
