// peer.go - the arguments of peer.py, with Go.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"os"
)

var versions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11,
	"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func must(err error) {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

func answer(c net.Conn) {
	defer c.Close()
	if _, err := c.Read(make([]byte, 1000)); err == nil {
		c.Write([]byte("HTTP/1.0 200 OK\r\n\r\nhello\n"))
	}
}

func main() {
	mode, port, name := os.Args[1], os.Args[2], os.Args[3]
	var o struct {
		Ca, Cert, Key, Version, Max, Alpn, Bind string
		Need, Ask, Noticket                     bool
		Suites                                  []uint16
		More                                    []string
		Curves                                  []tls.CurveID
		Times                                   int
	}
	must(json.Unmarshal([]byte(os.Args[4]), &o))
	if o.Max == "" {
		o.Max = o.Version
	}
	c := &tls.Config{ServerName: name, MinVersion: versions[o.Version], MaxVersion: versions[o.Max],
		CipherSuites: o.Suites, CurvePreferences: o.Curves, InsecureSkipVerify: o.Ca == "",
		SessionTicketsDisabled: o.Noticket, ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		must(err)
		c.Certificates = []tls.Certificate{pair}
	}
	if o.More != nil {
		pair, err := tls.LoadX509KeyPair(o.More[0], o.More[1])
		must(err)
		c.Certificates = append(c.Certificates, pair)
	}
	if o.Ca != "" {
		text, err := os.ReadFile(o.Ca)
		must(err)
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(text)
		c.RootCAs, c.ClientCAs = pool, pool
	}
	if o.Alpn != "" {
		c.NextProtos = []string{o.Alpn}
	}
	if o.Need {
		c.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if o.Ask {
		c.ClientAuth = tls.RequestClientCert
	}
	if mode == "client" {
		dialer := &net.Dialer{}
		if o.Bind != "" {
			dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(o.Bind)}
		}
		for i := 0; i == 0 || i < o.Times; i++ {
			s, err := tls.DialWithDialer(dialer, "tcp", "127.0.0.1:"+port, c)
			must(err)
			s.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
			_, err = io.ReadAll(s)
			must(err)
			s.Close()
		}
		return
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:"+port, c)
	must(err)
	for {
		connection, err := listener.Accept()
		must(err)
		go answer(connection)
	}
}
