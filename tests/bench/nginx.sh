# nginx.sh - sourced by benchmarks after lib.sh: nginx with one worker on $port, its pid in $worker.
certificate
mkdir "$T/www"
head -c 1024 /dev/zero >"$T/www/small"
head -c 1048576 /dev/zero >"$T/www/big"
cat >"$T/nginx.conf" <<N
daemon off; worker_processes 1; pid $T/nginx.pid; error_log $T/nginx.log;
events { worker_connections 512; }
http { access_log off; keepalive_requests 1000000;
  client_body_temp_path $T/a; proxy_temp_path $T/b; fastcgi_temp_path $T/c;
  uwsgi_temp_path $T/d; scgi_temp_path $T/e;
  ssl_session_tickets off; ssl_session_cache off;
  server { listen 127.0.0.1:$port ssl reuseport; root $T/www;
    ssl_certificate $T/cert.pem; ssl_certificate_key $T/key.pem; } }
N
chmod 755 "$T" "$T/www"
nginx -c "$T/nginx.conf" 2>/dev/null &
nginx=$!
pids="$pids $nginx"
until curl -sk -o /dev/null "https://127.0.0.1:$port/small"; do :; done
worker=$(pgrep -P "$nginx")
