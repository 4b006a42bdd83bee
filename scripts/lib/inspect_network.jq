# What `inspect` says of a container's networks and ports.

# FIRST-LAST or one number, as all of them.
def numbers: split("-") | map(tonumber) | [range(.[0]; .[-1] + 1)];

# PORT[-PORT][/PROTOCOL], as a port a string: 80/tcp
def each_port: split("/") | (.[1] // "" | if . == "" then "tcp" else ascii_downcase end) as $protocol | .[0] | numbers[] | "\(.)/\($protocol)";

def sorted: to_entries | sort_by(.key) | from_entries;

def cut_brackets: ltrimstr("[") | rtrimstr("]");

# target=PORT,published=PORT,protocol=PROTOCOL in the short form
def short_form:
    if contains("=") then (split(",") | map(split("=") | {(.[0]): .[1]}) | add) | "\(.published // ""):\(.target)/\(.protocol // "tcp")"
    else . end;

# -p [[ADDRESS:]PORT:]PORT[/PROTOCOL], several, as a map by the port inside. Ranges as long as each other are
# pairs; another one leads to a single port.
def bindings:
    reduce (.[]? | short_form | capture("^(?:(?:(?<address>.*):)?(?<host>[0-9-]*):)?(?<inside>[0-9-]+)(?:/(?<protocol>[A-Za-z]*))?$")) as $spec ({};
        [$spec.inside + "/" + ($spec.protocol // "") | each_port] as $ports
        | ($spec.host // "" | if . == "" or test("^0+$") then null else . end) as $host
        | ($host | if . then numbers else [] end) as $hosts
        | reduce range($ports | length) as $i (.;
            .[$ports[$i]] += [{
                HostIp: ($spec.address // "" | cut_brackets),
                HostPort: (if $host == null then "" elif ($hosts | length) == ($ports | length) then $hosts[$i] | tostring else $host end)
            }]))
    | map_values(unique_by([.HostIp, .HostPort])) | sorted;

# The record's PORT/PROTOCOL and FIRST-LAST/PROTOCOL, with a value for each.
def exposed($value): [.expose // "" | split(" ")[] | select(. != "") | each_port | {(.): $value}] | add // {};

# What `run` has of published ports: ADDRESS:PORT:PORT/PROTOCOL, several
def reached:
    reduce (.[] | capture("^(?<HostIp>.*):(?<HostPort>[0-9]+):(?<inside>.*)$")) as $spec ({};
        .[$spec.inside] += [{HostIp: ($spec.HostIp | cut_brackets), HostPort: $spec.HostPort}]);

def has_network: .network // "none" | . != "none" and . != "host" and (startswith("container:") | not);

def ports($specs): if .pid and has_network then exposed(null) + ($specs | reached) | sorted else {} end;

def address: if . == null or . == "-" then "" else split("/")[0] end;
def prefix: if . == null or . == "-" then 0 else split("/")[1] // "0" | tonumber end;

# name=NET,ip=ADDRESS,... as {NAME: {ip: [...], alias: [...]}}
def endpoints:
    map([split(",")[] | capture("^(?<key>[^=]*)=(?<value>.*)$")] | reduce .[] as $field ({}; .[$field.key] += [$field.value]) | {(.name[0]): .}) | add // {};

# The address that an interface has where nobody gave it one, of its IPv4 address: see netsetup attach.
def hex: . as $digit | "0123456789abcdef"[$digit:$digit + 1];
def made_mac:
    if . == "" then ""
    else "02:42:" + (split("/")[0] | split(".") | map(tonumber | [(. / 16 | floor), . % 16] | map(hex) | add) | join(":"))
    end;

# What `run` tells of a network, as an object.
def joined:
    split(" ") | map(if . == "-" then "" else . end)
    | {id: .[1], address: .[4], mac: (if .[6] == "" then .[4] | made_mac else .[6] end), address6: .[7]};

# One network: of what it was given, and of what `run` tells: NAME ID BRIDGE INTERFACE ADDRESS GATEWAY MAC
# ADDRESS6 GATEWAY6
def network($record; $given; $fact):
    ($fact | split(" ")) as [$name, $id, $bridge, $interface, $address, $gateway, $mac, $address6, $gateway6]
    | {
        IPAMConfig: ({IPv4Address: $given.ip, IPv6Address: $given.ip6} | with_entries(select(.value) | .value |= .[0]) | if . == {} then null else . end),
        Links: null, Aliases: $given.alias, MacAddress: (if $id then $fact | joined.mac else $given["mac-address"][0]? // "" end), DriverOpts: null,
        NetworkID: ($id // ""), EndpointID: (if $id then $record.id else "" end), Gateway: ($gateway | address), IPAddress: ($address | address),
        IPPrefixLen: ($address | prefix), IPv6Gateway: ($gateway6 | address), GlobalIPv6Address: ($address6 | address),
        GlobalIPv6PrefixLen: ($address6 | prefix),
        DNSNames: (if $id and $name != "bridge" then [$record.name, $given.alias[]?, $record.id[:12]] | unique else null end)
    };

# The record's networks as Docker's map; those of one that runs as they are, $facts.
def networks($words; $facts):
    . as $record | ($words | endpoints) as $given
    | ([$facts[] | select(. != "-") | {key: split(" ")[0], value: .}] | from_entries) as $facts
    | if (has_network | not) then [.network // "none" | select(startswith("container:") | not) | {(.): ""}] | add // {}
        elif .pid then $facts
        else $given | map_values("") end
    | with_entries(.key as $name | .value |= network($record; $given[$name] // {}; .)) | sorted;

# The default network's stand in front, too.
def network_settings($words; $facts; $specs):
    networks($words; $facts) as $networks
    | {
        Bridge: "", SandboxID: "", SandboxKey: (if .pid then "/proc/\(.pid)/ns/net" else "" end), Ports: ports($specs),
        HairpinMode: false, LinkLocalIPv6Address: "", LinkLocalIPv6PrefixLen: 0, SecondaryIPAddresses: null, SecondaryIPv6Addresses: null
    }
    + (($networks.bridge // network({}; {}; "")) | {EndpointID, Gateway, GlobalIPv6Address, GlobalIPv6PrefixLen, IPAddress, IPPrefixLen, IPv6Gateway, MacAddress})
    + {Networks: $networks};
