#!/bin/sh
# Before the daemon starts: no public network, no announcements, no calls without the token.
set -eu
# what Kubo fills in by itself is for the public network
ipfs config --json AutoConf.Enabled false
ipfs config --json Bootstrap '[]'
ipfs config --json DNS.Resolvers '{}'
ipfs config --json Routing.DelegatedRouters '[]'
ipfs config --json Ipns.DelegatedPublishers '[]'
ipfs config Routing.Type none
ipfs config --json Provide.Enabled false
ipfs config --json Discovery.MDNS.Enabled true
ipfs config --json Swarm.DisableNatPortMap true
ipfs config Addresses.API /ip4/0.0.0.0/tcp/5001
ipfs config --json Addresses.Gateway '[]'
ipfs config --json API.Authorizations "{\"backup\":{\"AuthSecret\":\"bearer:$(cat /run/secrets/token)\",\"AllowedPaths\":[\"/api/v0\"]}}"
