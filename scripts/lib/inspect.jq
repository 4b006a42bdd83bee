# From what the tools know of containers, images and volumes to what Docker's inspect says: values
# {"kind": "container", "of": RECORD, "image": IMAGE or null, "size": BYTES or null} and the like, as
# scripts/inspect makes them, to an array. With $each, to an object a line.

include "inspect_network"; # ports and networks

# The words of a list that the shell has quoted.
def words:
    [(. // "") | scan("(?:'[^']*'|\\\\.|[^'\\\\\\s])+")
        | [scan("'[^']*'|\\\\.|[^'\\\\]+")
            | if startswith("'") then .[1:-1] elif startswith("\\") then .[1:] else . end] | add];

# What stands behind an option in a list of words: all of them.
def behind($option): . as $words | [range(1; length) | select($words[. - 1] == $option) | $words[.]];

# Fields that colons separate, where a backslash is in front of those that do not.
def fields: [scan("(?:\\\\.|[^\\\\:])+") | gsub("\\\\(?<c>.)"; .c)];

# KEY=VALUE as [KEY, VALUE]; several as an object, where the last one of a key counts.
def cut: split("=")[0] as $key | [$key, .[($key | length) + 1:]];
def pairs: reduce (.[] | cut) as [$key, $value] ({}; .[$key] = $value) | to_entries | sort_by(.key) | from_entries;

# Seconds with a fraction as a time; none: that of what never was.
def time:
    if . == null or . == "" then "0001-01-01T00:00:00Z"
    else tostring | split(".") | (.[0] | tonumber | todate[:-1])
        + (((.[1] // "") | sub("0+$"; "")) | if . == "" then . else "." + . end) + "Z"
    end;

def bytes:
    if . == null then 0
    else capture("^(?<n>-?[0-9.]+)(?<unit>[bkmgtp]?)"; "i")
        | (.n | tonumber) * pow(1024; {k: 1, m: 2, g: 3, t: 4, p: 5}[.unit | ascii_downcase] // 0) | floor
    end;

def nanoseconds:
    if . == null then 0
    else [scan("([0-9.]+)(ns|us|ms|s|m|h)")
        | (.[0] | tonumber) * {ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12}[.[1]]] | add // 0 | floor
    end;

def nulled: if length == 0 then null else . end;
def flag: (. // [""] | last) == "1";
def set: (. // "") != "";

# The numbered keys of a record, in order.
def numbered($prefix):
    [to_entries[] | select(.key | startswith($prefix)) | {n: (.key[($prefix | length):] | tonumber), value}]
    | sort_by(.n) | map(.value);

# The options that made it: {NAME: [VALUE, ...]}
def options: reduce (numbered("opt_")[] | cut) as [$name, $value] ({}; .[$name] += [$value]);

def mounts($root; $devices):
    [.inside | words | behind("--bind")[] | fields
        | {source: .[0], target: .[1], mode: ((.[2] // "") | split(",") | map(select(. != "copy" and . != "nocopy")))}
        | .source as $source | ($source | if startswith($root + "/") then .[($root | length) + 1:] else "" end) as $within
        | ($within | test("^(volumes/[^/]+/_data|containers/[^/]+/volumes/[0-9]+)$")) as $is_volume
        | ($within | test("^containers/[0-9a-f]{64}/(hosts|resolv.conf|hostname)$")) as $is_own
        | select(($is_own | not) and all($devices[]; . as $device | $source | (. == $device or startswith($device + "/")) | not))
        | if $is_volume
            then {Type: "volume", Name: ($within | rtrimstr("/_data") | split("/") | last), Source: .source, Destination: .target, Driver: "local"}
            else {Type: "bind", Source: .source, Destination: .target} end
        + {Mode: (.mode | join(",")), RW: (.mode | index("ro") == null), Propagation: (if $is_volume then "" else "rprivate" end)}];

# --mount KEY=VALUE,...
def mount:
    (reduce (scan("\"(?:[^\"]|\"\")*\"|[^,]+") | if startswith("\"") then .[1:-1] | gsub("\"\""; "\"") else . end | cut) as [$key, $value]
        ({}; .[{src: "source", dst: "target", destination: "target", ro: "readonly"}[$key] // $key] = $value)) as $given
    | def on($key): $given[$key] | . != null and . != "false" and . != "0";
    {Type: ($given.type // "volume")}
    + (if $given.source | set then {Source: $given.source} else {} end) + {Target: $given.target}
    + (if on("readonly") then {ReadOnly: true} else {} end)
    + (if $given["bind-propagation"] then {BindOptions: {Propagation: $given["bind-propagation"]}} else {} end)
    + (if on("volume-nocopy") then {VolumeOptions: {NoCopy: true}} else {} end)
    + ((if $given["tmpfs-size"] then {SizeBytes: ($given["tmpfs-size"] | rtrimstr("b") | bytes)} else {} end)
        + (if $given["tmpfs-mode"] then {Mode: ($given["tmpfs-mode"] | explode | reduce .[] as $digit (0; . * 8 + $digit - 48))} else {} end)
        | if . == {} then {} else {TmpfsOptions: .} end);

# --device HOST[:INSIDE[:RIGHTS]]
def device:
    split(":") | if length == 2 and (.[1] | startswith("/") | not) then [.[0], .[0], .[1]] else . end
    | {PathOnHost: .[0], PathInContainer: (.[1] // .[0]), CgroupPermissions: (.[2] // "rwm")};

def log_config($options):
    {Type: ($options["log-driver"] // ["json-file"] | last), Config: ($options["log-opt"] // [] | pairs)};

def restart_policy:
    (. // "no") | split(":") | {Name: .[0], MaximumRetryCount: (.[1] // "0" | tonumber)};

def ulimits:
    [.[]? | capture("^(?<Name>[a-z]+)=(?<Soft>-?[0-9]+|unlimited)(?::(?<Hard>-?[0-9]+|unlimited))?$")
        | (.Soft | if . == "unlimited" then -1 else tonumber end) as $soft
        | {Name, Hard: (.Hard | if . == null then $soft elif . == "unlimited" then -1 else tonumber end), Soft: $soft}];

# A check of the container's own, or the image's.
def healthcheck($options; $image):
    if $options["no-healthcheck"] then {Healthcheck: {Test: ["NONE"]}}
    else (($image.Healthcheck // {})
        + (if $options["health-cmd"] then {Test: ["CMD-SHELL", ($options["health-cmd"] | last)]} else {} end)
        + ([["Interval", "health-interval"], ["Timeout", "health-timeout"], ["StartPeriod", "health-start-period"],
            ["StartInterval", "health-start-interval"]]
            | map(. as [$key, $option] | select($options[$option]) | {($key): ($options[$option] | last | nanoseconds)}) | add // {})
        + (if $options["health-retries"] then {Retries: ($options["health-retries"] | last | tonumber)} else {} end))
        | if .Test then {Healthcheck: .} else {} end
    end;

# START END STATUS OUTPUT, the oldest first.
def checks($record):
    [range(1; 6) | $record["health_log_\(.)"] | select(set) | split(" ")
        | {Start: .[0], End: .[1], ExitCode: (.[2] | tonumber), Output: (.[3:] | join(" "))}];

def state($record):
    ($record.status | if . == "dead" then "exited" else . end) as $status
    | {
        Status: $status, Running: ($status == "running" or $status == "paused"), Paused: ($status == "paused"),
        Restarting: ($status == "restarting"), OOMKilled: ($record.oom | set and . != "0"), Dead: false,
        Pid: ($record.pid // 0), ExitCode: ($record.exit // (if $record.status == "dead" then 137 else 0 end)),
        Error: ($record.failed // ""), StartedAt: ($record.started | time), FinishedAt: ($record.finished | time)
    }
    + if $record.health | set then
        {Health: {Status: $record.health, FailingStreak: ($record.health_streak // 0 | tonumber), Log: checks($record)}}
    else {} end;

# What the command is made of: the record has it as one.
def command($options; $image; $args):
    (if $options.entrypoint then $options.entrypoint | last | if . == "" then [] else [.] end else $image.Entrypoint // [] end) as $entrypoint
    | {Cmd: ($args[($entrypoint | length):] | nulled), Entrypoint: ($entrypoint | nulled)};

def layers($lowers; $dir; $merged):
    {Data: {LowerDir: ($lowers | join(":")), MergedDir: $merged, UpperDir: ($dir + "/upper"), WorkDir: ($dir + "/work")}, Name: "overlay2"};

# What images and containers alike have in Config; Go has all of it, set or not.
def config:
    {
        Hostname: "", Domainname: "", User: "", AttachStdin: false, AttachStdout: false, AttachStderr: false, Tty: false,
        OpenStdin: false, StdinOnce: false, Env: null, Cmd: null, Image: "", Volumes: null, WorkingDir: "", Entrypoint: null,
        OnBuild: null, Labels: {}
    } + with_entries(select(.value != null));

def container_config($options; $image; $ports):
    . as $record
    | (.stdin | set) as $stdin | ($options.detach | flag) as $detached
    | ($options.volume // [] | map(select(contains(":") | not) | {(.): {}}) | add) as $volumes
    | (exposed({}) + ($ports | map_values({})) | sorted | nulled) as $exposed
    | {
        Hostname: (.inside | words | behind("--hostname") | last // ""),
        User: (.rights | words | behind("--user") | last // ""),
        AttachStdin: ($stdin and ($detached | not)), AttachStdout: ($detached | not), AttachStderr: ($detached | not),
        Tty: (.tty | set), OpenStdin: $stdin, StdinOnce: ($stdin and ($detached | not)),
        Env: .env, Image: .image_name, Volumes: ((($image.Volumes // {}) + ($volumes // {})) | nulled),
        WorkingDir: (.rights | words | behind("--workdir") | last // ""), Labels: (numbered("lab_") | pairs)
    }
    + command($options; $image; .args)
    | config
    + (if $exposed then {ExposedPorts: $exposed} else {} end)
    + (($record.stop_signal // $image.StopSignal) | if set then {StopSignal: .} else {} end)
    + ($record.stop_timeout | if set then {StopTimeout: tonumber} else {} end)
    + healthcheck($options; $image);

def host_config($options; $ports):
    (.limits | words) as $limits # not the options, as these can be changed later
    | ($limits | behind("--memory") | last | bytes) as $memory
    | {
        Binds: ($options.volume // [] | map(select(contains(":"))) | nulled), ContainerIDFile: ($options.cidfile // [""] | last),
        LogConfig: log_config($options), NetworkMode: (.network // "none"), PortBindings: $ports,
        RestartPolicy: (.restart | restart_policy), AutoRemove: (.rm | set), VolumeDriver: "", VolumesFrom: $options["volumes-from"],
        CapAdd: $options["cap-add"], CapDrop: $options["cap-drop"], CgroupnsMode: "private", Dns: ($options.dns // []),
        DnsOptions: ($options["dns-option"] // []), DnsSearch: ($options["dns-search"] // []), ExtraHosts: $options["add-host"], GroupAdd: $options["group-add"], IpcMode: ($options.ipc // ["private"] | last),
        Cgroup: "", Links: null, OomScoreAdj: 0, PidMode: ($options.pid // [""] | last), Privileged: ($options.privileged | flag), PublishAllPorts: ($options["publish-all"] | flag),
        ReadonlyRootfs: ($options["read-only"] | flag), SecurityOpt: $options["security-opt"], UTSMode: ($options.uts // [""] | last), UsernsMode: "",
        ShmSize: ($options["shm-size"] // ["64m"] | last | bytes), Runtime: "mini-docker", Isolation: "",
        CpuShares: ($limits | behind("--cpu-shares") | last // "0" | tonumber), Memory: $memory,
        NanoCpus: ($limits | behind("--cpus") | last // "0" | tonumber * 1e9 | floor), CgroupParent: ($options["cgroup-parent"] // [""] | last),
        BlkioWeight: 0, CpuPeriod: 0, CpuQuota: 0, CpusetCpus: ($limits | behind("--cpuset-cpus") | last // ""), CpusetMems: "",
        Devices: [$options.device[]? | device], DeviceRequests: null, MemoryReservation: ($limits | behind("--memory-reservation") | last | bytes),
        MemorySwap: ($limits | behind("--memory-swap") | if length > 0 then last | bytes else 2 * $memory end), MemorySwappiness: null,
        OomKillDisable: false, PidsLimit: ($limits | behind("--pids-limit") | last | if . then tonumber else null end),
        Ulimits: ($options.ulimit | ulimits)
    }
    + (if $options.tmpfs then {Tmpfs: ($options.tmpfs | map(split(":") | {(.[0]): (.[1:] | join(":"))}) | add)} else {} end)
    + (if $options.sysctl then {Sysctls: ($options.sysctl | pairs)} else {} end)
    + (if $options.mount then {Mounts: ($options.mount | map(mount))} else {} end)
    + (if $options.init then {Init: ($options.init | flag)} else {} end);

def container:
    (.image.image.config // {}) as $image | .size as $size | .image.size as $image_size | .of
    | . as $record | options as $options | .dir as $dir
    | ($dir | sub("/containers/[0-9a-f]{64}$"; "")) as $root
    | ($options.publish // [] | bindings) as $ports
    | {
        Id: .id, Created: (.created | sub("0+Z$"; "Z") | sub("[.]Z$"; "Z")), Path: .args[0], Args: .args[1:], State: state(.), Image: (.image // ""),
        ResolvConfPath: ($dir + "/resolv.conf"), HostnamePath: ($dir + "/hostname"), HostsPath: ($dir + "/hosts"),
        LogPath: (if .no_log | set then "" else $dir + "/log" end), Name: ("/" + .name), RestartCount: (.restarts // 0 | tonumber),
        Driver: "overlay2", Platform: "linux", MountLabel: "", ProcessLabel: "", AppArmorProfile: "", ExecIDs: null,
        HostConfig: host_config($options; $ports), GraphDriver: layers((.layers | words); $dir; .rootfs // ($dir + "/upper")), 
        Mounts: (mounts($root; [($options.device[]? | device.PathOnHost), ($options.ipc[]? | select(. == "host") | "/dev/shm")]) + [$options.mount[]? | mount | select(.Type == "tmpfs")
            | {Type: "tmpfs", Source: "", Destination: .Target, Mode: "", RW: (.ReadOnly != true), Propagation: ""}]),
        Config: container_config($options; $image; $ports),
        NetworkSettings: network_settings(.networks | words; numbered("net_"); numbered("port_") - ["-"])
    }
    + if $size then {SizeRw: $size, SizeRootFs: ($size + ($image_size // 0))} else {} end;

def repository: sub(":[^:/]*$"; "");

def image:
    .of | .image as $config
    | {
        Id: .id, RepoTags: (.names | map(select(contains("@") | not))), RepoDigests: (.digests | sort), Parent: "",
        Comment: ($config.history // [] | last.comment // ""), Created: ($config.created // ""), DockerVersion: ($config.docker_version // ""),
        Author: ($config.author // ""), Config: ($config.config // {} | config), Architecture: ($config.architecture // ""),
        Os: ($config.os // ""), Size: .size,
        GraphDriver: {
            Data: (if .layers[0] then {UpperDir: .layers[0]} else {} end + if .layers | length > 1 then {LowerDir: (.layers[1:] | join(":"))} else {} end),
            Name: "overlay2"
        },
        RootFS: {Type: "layers", Layers: $config.rootfs.diff_ids}, Metadata: {LastTagTime: "0001-01-01T00:00:00Z"}
    }
    + if $config.variant | set then {Variant: $config.variant} else {} end;

def volume:
    .of | {CreatedAt: .created, Driver: "local", Labels: .labels, Mountpoint: .path, Name: .name, Options: null, Scope: "local"};

def network_config($subnet; $range; $gateway):
    if $subnet == "" then empty
    else {Subnet: $subnet} + (if $range == "" then {} else {IPRange: $range} end) + {Gateway: $gateway}
    end;

def whole_network:
    .of | . as $network
    | {
        Name: .name, Id: .id, Created: (.created | time), Scope: "local", Driver: .driver, EnableIPv4: true, EnableIPv6: (.subnet6 | set),
        IPAM: {
            Driver: "default", Options: {}, Config: [network_config(.subnet; .range; .gateway), network_config(.subnet6; .range6; .gateway6)]
        },
        Internal: (.internal | set), Attachable: false, Ingress: false, ConfigFrom: {Network: ""}, ConfigOnly: false,
        Containers: ([.users[] | . as $user | numbered("net_")[] | joined | select(.id == $network.id) | {($user.id): {
            Name: $user.name, EndpointID: $user.id, MacAddress: .mac, IPv4Address: .address, IPv6Address: .address6
        }}] | add // {}),
        Options: (.options | words | pairs), Labels: (.labels | words | pairs)
    };

def object:
    if .kind == "container" then container elif .kind == "image" then image elif .kind == "network" then whole_network else volume end;

if $each then inputs | object else [inputs | object] end
