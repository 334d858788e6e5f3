package middleware

import "golang.org/x/time/rate"

func (l *Limiter) bucket(key bucketKey) *rate.Limiter {
	b, ok := l.buckets[key]
	if !ok && len(l.buckets) >= l.size.Max {
		key = bucketKey{route: key.route}
		b, ok = l.buckets[key]
	}
	if !ok {
		b = rate.NewLimiter(l.limit, l.burst)
		l.buckets[key] = b
	}
	return b
}
