#!/bin/sh
# WeChat Pay's signatures by openssl, for ../../headers.rs: nothing of the gateway is used. The keys
# secure nothing; a further run makes others, which the test takes as well.
#
#   merchant.pem, wechat.pem, wechat.pub.pem   our key and WeChat Pay's
#   query.authorization                        our header for the question about PK2026112301
#   answer.headers, answer.json                WeChat Pay's answer to it: one failed row
set -eu
cd "$(dirname "$0")"
for name in merchant wechat; do
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $name.pem 2>/dev/null
done
openssl pkey -in wechat.pem -pubout -out wechat.pub.pem

# 2026-11-23 09:35:00 +08:00. The nonce is the first 16 bytes of the stream of seed 7: HMAC-SHA-256 of
# eight zero bytes under the seed, eight bytes.
at=1795397700
nonce=$(printf '\0\0\0\0\0\0\0\0' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0000000000000007 |
    sed 's/.*= //' | cut -c1-32 | tr a-f A-F)
path='/v3/partner-transfer/batches/out-batch-no/PK2026112301'
path="$path?need_query_detail=true&offset=0&limit=100&detail_status=ALL"
sign() { openssl dgst -sha256 -sign "$1.pem" | openssl base64 -A; }
signature=$(printf 'GET\n%s\n%s\n%s\n\n' "$path" $at "$nonce" | sign merchant)
serial=0000000000000000000000000000000000000000
printf 'WECHATPAY2-SHA256-RSA2048 mchid="1900000000",nonce_str="%s",signature="%s",timestamp="%s",serial_no="%s"' \
    "$nonce" "$signature" $at $serial >query.authorization

printf '%s' '{"out_batch_no":"PK2026112301","batch_id":"1030","batch_status":"FINISHED",' \
    '"transfer_detail_list":[{"detail_id":"1040","out_detail_no":"PK202611230001",' \
    '"detail_status":"FAIL","fail_reason":"NAME_NOT_CORRECT"}]}' >answer.json
answered=d824f2e086d3c1df967785d13fcd22ef
signature=$( (printf '%s\n%s\n' $at $answered; cat answer.json; echo) | sign wechat)
printf '%s: %s\n' Wechatpay-Timestamp $at Wechatpay-Nonce $answered Wechatpay-Signature "$signature" \
    Wechatpay-Serial PUB_KEY_ID_0000000000000000000000000000 >answer.headers
